// Looks for a QR code in a picture. jsQR comes in the same file as all else.
import decode from "jsqr";
import { isInvite } from "../logic/node";

const LARGEST = 1600; // pixels of a side: a photograph's code is found in fewer, and faster

export function readPixels(picture: ImageData): string | null {
  const text = decode(picture.data, picture.width, picture.height)?.data.trim();
  return text !== undefined && isInvite(text) ? text : null;
}

function pixelsOf(source: CanvasImageSource, width: number, height: number): ImageData | null {
  const scale = Math.min(1, LARGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return null;
  context.fillStyle = "#fff"; // a code on nothing would be black on black
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The invite in a picture's file; null where there is none. */
export async function readFile(file: File): Promise<string | null> {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    // A drawing without a size of its own says 0.
    const pixels = pixelsOf(image, image.naturalWidth || 800, image.naturalHeight || 800);
    return pixels && readPixels(pixels);
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export function readVideo(video: HTMLVideoElement): string | null {
  if (video.videoWidth === 0) return null;
  const pixels = pixelsOf(video, video.videoWidth, video.videoHeight);
  return pixels && readPixels(pixels);
}
