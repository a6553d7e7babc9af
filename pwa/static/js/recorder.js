// Records sound in the page and puts it into the form's own file field, so that the form is sent as ever.
// It stops by itself at the longest time. All words stand in the page.

const KINDS = ["audio/mp4", "audio/webm;codecs=opus", "audio/ogg;codecs=opus"];
const QUIET = 0.01; // of full swing, over a quarter of a second
const LOUD = 0.5;
const TOLD_AT = [30, 10]; // seconds left

export function enhance(element) {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder || !window.DataTransfer) return;
  const part = (name) => element.querySelector(`[data-part="${name}"]`);
  const act = (name) => element.querySelector(`[data-act="${name}"]`);
  const input = element.querySelector('input[type="file"]');
  const longest = Number(element.dataset.seconds);
  let recorder = null;

  part("recorder").hidden = false;
  act("record").addEventListener("click", () => record().catch(() => tell("refused")));
  act("stop").addEventListener("click", () => recorder?.state === "recording" && recorder.stop());
  window.addEventListener("pagehide", () => recorder?.state === "recording" && recorder.stop());

  async function record() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const pieces = [];
    const type = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    recorder = new MediaRecorder(stream, type ? { mimeType: type, audioBitsPerSecond: 64000 } : {});
    recorder.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
    const stopWatching = watch(stream);
    recorder.addEventListener("stop", () => {
      const isOver = stopWatching() >= longest;
      stream.getTracks().forEach((track) => track.stop());
      keep(new Blob(pieces, { type: recorder.mimeType }));
      show(false);
      tell(isOver ? "over" : "done");
      act("record").focus();
    });
    recorder.start(1000);
    show(true);
    tell("recording");
    act("stop").focus();
  }

  // Looks four times a second at the clock and at how loud it is; returns what ends that and says how long it was.
  function watch(stream) {
    const context = new AudioContext();
    const meter = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(meter);
    const wave = new Float32Array(meter.fftSize);
    const began = performance.now();
    const seconds = () => (performance.now() - began) / 1000;
    const untold = new Set(TOLD_AT);
    const timer = setInterval(() => {
      const left = Math.ceil(longest - seconds());
      part("running").querySelector("progress").value = seconds();
      meter.getFloatTimeDomainData(wave);
      level(Math.max(...wave.map(Math.abs)));
      for (const moment of untold) if (left <= moment && untold.delete(moment)) tell("left", moment);
      if (left <= 0 && recorder.state === "recording") recorder.stop();
    }, 250);
    return () => {
      clearInterval(timer);
      context.close();
      return seconds();
    };
  }

  function keep(blob) {
    const end = blob.type.includes("mp4") ? "m4a" : blob.type.includes("ogg") ? "ogg" : "webm";
    const files = new DataTransfer();
    files.items.add(new File([blob], `recording.${end}`, { type: blob.type }));
    input.files = files.files;
    const heard = part("heard");
    if (heard.src) URL.revokeObjectURL(heard.src);
    heard.src = URL.createObjectURL(blob);
    heard.hidden = false;
  }

  function show(isRecording) {
    act("record").hidden = isRecording;
    act("stop").hidden = part("running").hidden = !isRecording;
  }

  function level(loudness) {
    const word = loudness < QUIET ? "quiet" : loudness > LOUD ? "loud" : "good";
    for (const one of element.querySelectorAll("[data-say]")) one.hidden = one.dataset.say !== word;
  }

  function tell(word, number) {
    const words = element.querySelector(`template[data-word="${word}"]`).content.cloneNode(true);
    const slot = words.querySelector('[data-slot="number"]');
    if (slot) slot.textContent = number;
    part("told").replaceChildren(words);
  }
}
