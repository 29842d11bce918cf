/** Sound, film and PDF: played by the browser, or handed to it. */
import { textOf } from "../mime.ts";
import { base64Url, bytesOf } from "../object-url.ts";
import type { Renderer } from "./renderer.ts";

export const renderAudio: Renderer = ({ mime, value }, { signal }) => {
  const audio = document.createElement("audio");
  audio.className = "nb-audio";
  audio.controls = true;
  audio.src = base64Url(mime, value, signal);
  return audio;
};

export const renderVideo: Renderer = ({ mime, value }, { signal }) => {
  const video = document.createElement("video");
  video.className = "nb-video";
  video.controls = true;
  video.src = base64Url(mime, value, signal);
  return video;
};

/** The page's policy lets no document be embedded, so a PDF is offered instead of shown. */
export const renderPdf: Renderer = ({ mime, value }, { signal }) => {
  const link = document.createElement("a");
  link.className = "nb-download";
  link.download = "output.pdf";
  link.href = base64Url(mime, value, signal);
  const kilobytes = Math.ceil(bytesOf(textOf(value)).length / 1024);
  link.textContent = `Save PDF (${kilobytes.toLocaleString("en")} kB)`;
  return link;
};
