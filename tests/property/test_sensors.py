"""Workload, weather and instruments for any seed and time."""
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.classes import CLASSES
from config.load import load_site
from sensors.encode import Encoder
from sensors.instruments import Bank
from sensors.noise import smooth, stream
from sensors.weather import from_climate, stull_wet_bulb
from sensors.workload import Job, Synthetic, overlap, square_mean
from twin.events import GOOD, UNCERTAIN, Reading
from twin.wire.native import decode, encode_reading

VALENCE, FRONTIER = load_site("valence"), load_site("frontier")
TIMES = st.floats(1.5e9, 2.0e9)


@given(st.floats(0, 1e6), st.floats(0.1, 500), st.floats(0.1, 500), st.floats(0.5, 100), st.floats(0, 1))
def test_means_of_a_square_wave_add_up(t, a, b, period, duty):
    """The mean over two stretches is the mean of their means: no energy depends on the step."""
    on = duty * period
    whole = square_mean(t, t + a + b, period, on) * (a + b)
    parts = square_mean(t, t + a, period, on) * a + square_mean(t + a, t + a + b, period, on) * b
    assert whole == pytest.approx(parts, abs=1e-6)


@given(st.floats(0, 100), st.floats(0.1, 100), st.floats(0, 100), st.floats(0, 100))
def test_overlap_is_a_share(t, length, begin, more):
    assert 0 <= overlap(t, t + length, begin, begin + more) <= 1


@given(st.floats(0, 20_000), st.floats(0.1, 60))
def test_a_job_stays_between_waiting_and_full(t, length):
    job = Job(600, 18_000, 9_000, 9_500, 4.7, 3.9, 1800, 60, 0.95)
    assert 0.0 <= job.mean(t, t + length) <= 0.95


def test_a_job_computes_communicates_saves_and_fails():
    job = Job(0, 18_000, 9_000, 9_500, 5.0, 4.0, 1800, 60, 1.0)
    assert job.mean(103.0, 103.5) == 1.0
    assert job.mean(104.2, 104.9) == pytest.approx(0.45)
    assert job.mean(1800.5, 1810.5) == pytest.approx(0.25)
    assert job.mean(9_100, 9_200) == pytest.approx(0.05)
    assert job.mean(18_100, 18_200) == pytest.approx(0.05)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), TIMES)
def test_load_is_a_function_of_seed_and_time(seed, t):
    one, two = WORK[seed % 3], Synthetic(16, 8, seed % 3)
    two.load(t + 1e5, t + 1e5 + 1)  # what was asked before does not matter
    assert np.array_equal(one.load(t, t + 1), two.load(t, t + 1))
    assert one.load(t, t + 1).min() >= 0 and one.load(t, t + 1).max() <= 1
    assert np.array_equal(one.gpu_share(t), two.gpu_share(t))


WORK = [Synthetic(16, 8, seed) for seed in range(3)]


@pytest.mark.parametrize("work", WORK)
def test_the_average_is_the_one_asked_for(work):
    times = np.arange(0, 28 * 86_400, 1800.0) + 1.75e9  # other weeks than the ones it was scaled on
    assert np.mean([work.load(t, t + 60).mean() for t in times]) == pytest.approx(0.62, abs=0.04)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100), TIMES)
def test_weather_is_possible(seed, t):
    w = from_climate(VALENCE.model.climate, VALENCE.model.place, seed)(t)
    assert -30 < w.dry_bulb < 45 and 0 < w.humidity <= 1 and w.wet_bulb <= w.dry_bulb


def test_wet_bulb_is_the_one_of_the_source():
    assert stull_wet_bulb(20.0, 0.5) == pytest.approx(13.7, abs=0.05)  # worked example of Stull 2011


@pytest.mark.parametrize("dry", [5.0, 15.0, 25.0, 35.0])
@pytest.mark.parametrize("humidity", [0.3, 0.6, 0.9])
def test_wet_bulb_agrees_with_coolprop(dry, humidity):
    from CoolProp.HumidAirProp import HAPropsSI

    peer = HAPropsSI("B", "T", dry + 273.15, "R", humidity, "P", 101_325.0) - 273.15
    assert stull_wet_bulb(dry, humidity) == pytest.approx(peer, abs=1.0)  # error band of the source


@given(st.integers(0, 50), st.floats(0, 1e6))
def test_noise_is_continuous(seed, t):
    assert np.allclose(smooth(seed, "x", t, 60.0, 3), smooth(seed, "x", t + 1e-6, 60.0, 3), atol=1e-5)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from([c for c in CLASSES if CLASSES[c].measured]), st.integers(0, 1000), st.floats(0, 1))
def test_class_encoder_gives_the_bytes_of_the_wire(cls, seed, missing):
    for site in (VALENCE, FRONTIER):
        rows, rng = site.count(cls), stream(seed, cls)
        if not rows:
            continue
        values = rng.uniform(0.1, 0.9, (rows, len(CLASSES[cls].measured))) * CLASSES[cls].factors()[: len(CLASSES[cls].measured)]
        values[rng.random(values.shape) < missing * 0.5] = np.nan
        q = np.where(np.isnan(values).reshape(len(values), -1).any(axis=1), UNCERTAIN, GOOD)
        expected = [encode_reading(site, Reading(10**12, cls, r, 3, int(q[r]), values[r])) for r in range(rows)]
        assert list(Encoder.of(site, [cls]).frames(10**12, 3, values)) == expected


def test_gpu_encoder_gives_the_bytes_of_the_wire():
    values = stream(1, "gpu").uniform(20, 90, (144, 2, 72))
    values[3, 0, 7] = np.nan
    q = np.where(np.isnan(values).reshape(len(values), -1).any(axis=1), UNCERTAIN, GOOD)
    expected = [encode_reading(VALENCE, Reading(10**12, "gpu", r, 0, int(q[r]), values[r])) for r in range(144)]
    assert list(Encoder.of(VALENCE, ["gpu"]).frames(10**12, 0, values)) == expected


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["cdu", "rack", "loop"]), st.integers(0, 1000))
def test_samples_stay_readable(cls, seed):
    """Whatever the truth, a sample passes the range check of the wire."""
    rows = VALENCE.count(cls)
    bank = Bank.of(cls, (rows,), stream(seed, cls))
    seen = bank.read(stream(seed, "true").normal(0, 1e7, bank.offset.shape), 1.0)
    for row, (topic, payload) in enumerate(Encoder.of(VALENCE, [cls]).frames(10**12, 0, seen)):
        assert decode(VALENCE, topic, payload, 10**12).row == row


def test_noise_and_offset_have_the_size_of_the_table():
    bank = Bank.of("cdu", (2000,), stream(1, "size"))
    true = np.tile(np.array([42.0, 50.0, 0.02, 38, 48, 0.016, 84e3, 0.7, 0.8, 0.7, 7e3, 7e5]), (2000, 1))
    first, second = bank.read(true, 1e9), bank.read(true, 1e9)
    column = CLASSES["cdu"].column("tcs_supply_c")
    assert np.nanstd((first - second)[:, column]) == pytest.approx(0.02 * 2**0.5, rel=0.1)
    assert np.nanstd(((first + second) / 2)[:, column]) == pytest.approx(0.07, rel=0.15)
    steps = np.round(first[:, column] / 0.01) * 0.01
    assert np.nanmax(np.abs(first[:, column] - steps)) < 1e-9
