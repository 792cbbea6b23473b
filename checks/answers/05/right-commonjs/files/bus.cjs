const { createClient } = require("redis");

/** Carries messages to the other workers, and theirs to this one. */
class Bus {
  constructor({ url, channel, onMessage }) {
    this.id = `${process.env.NODE_APP_INSTANCE}-${process.pid}-${Math.random()}`;
    this.channel = channel;
    this.onMessage = onMessage;
    this.out = createClient({ url, disableOfflineQueue: true });
    this.in = createClient({ url });
    this.out.on("error", (error) => console.error("out:", error.message));
    this.in.on("error", (error) => console.error("in:", error.message));
  }

  start(done) {
    Promise.all([this.out.connect(), this.in.connect()])
      .then(() => this.in.subscribe(this.channel, (text) => this.receive(text)))
      .then(() => done(), done);
  }

  send(message) {
    const text = `${this.id} ${encodeURIComponent(JSON.stringify(message))}`;
    this.out.publish(this.channel, text).then(null, (error) => console.error(error.message));
  }

  receive(text) {
    const [id, body = ""] = text.split(" ", 2);
    if (id === this.id) return;
    let message;
    try {
      message = JSON.parse(decodeURIComponent(body));
    } catch {
      return;
    }
    if (isMessage(message)) this.onMessage(message);
  }
}

function isMessage(message) {
  const { text, from, worker } = message ?? {};
  const isText = typeof text === "string" && text.length > 0 && text.length <= 500;
  return isText && typeof from === "string" && Number.isInteger(worker?.pid);
}

module.exports = { Bus };
