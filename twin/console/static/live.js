// The stream of frames. Reconnects by itself, for ever; tells apart a silent twin and a lost connection.
const SILENT_MS = 5000;
const LOST_MS = 6000;

export class Live {
  #source = null; #retry = null; #pause = 1000;

  constructor(hall, onFrame, onState) {
    this.hall = hall;
    this.onFrame = onFrame;
    this.onState = onState;
    this.frameAt = null; // when the newest new frame arrived, performance.now()
    this.startedAt = performance.now();
    this.heardAt = this.startedAt;
    this.ts = undefined;
    this.#open();
    this.timer = setInterval(() => this.#judge(), 500);
  }

  #open() {
    this.#source?.close();
    this.#source = new EventSource(`/api/live?hall=${encodeURIComponent(this.hall)}`);
    this.#source.onmessage = (e) => this.#frame(JSON.parse(e.data));
    this.#source.addEventListener("beat", () => { this.heardAt = performance.now(); });
    this.#source.onerror = () => this.#again();
  }

  #frame(frame) {
    this.heardAt = performance.now();
    this.#pause = 1000;
    if (frame.ts !== null && frame.ts !== this.ts) this.frameAt = this.heardAt;
    this.ts = frame.ts;
    this.onFrame(frame);
    this.#judge();
  }

  #again() {
    this.#source.close();
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), this.#pause);
    this.#pause = Math.min(this.#pause * 1.5, 10000);
  }

  #judge() {
    const now = performance.now();
    const since = (now - (this.frameAt ?? this.startedAt)) / 1000;
    if (now - this.heardAt > LOST_MS || (this.#source.readyState === EventSource.CLOSED && now - this.heardAt > 1500)) this.onState("lost", since);
    else if (this.frameAt === null) this.onState("wait", since);
    else this.onState(now - this.frameAt > SILENT_MS ? "silent" : "live", since);
  }

  close() {
    clearInterval(this.timer);
    clearTimeout(this.#retry);
    this.#source.close();
  }
}
