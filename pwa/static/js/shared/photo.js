// Makes a photo smaller before it leaves the phone: a picture of fifty megapixels becomes one of 1600 pixels.

const LONGEST_SIDE = 1600; // pixels
const QUALITY = 0.85;

// A JPEG of at most LONGEST_SIDE pixels; the file itself where this browser can't read it (the server then judges it).
export async function smaller(file) {
  try {
    const picture = await decoded(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close?.();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return made ?? file;
  } catch (error) {
    console.warn("the photo stays as it is:", error);
    return file;
  }
}

// Asked for a small size, the browser need not hold all fifty megapixels at once. The side that is not named follows.
async function decoded(file) {
  const { width, height } = await sizeOf(file);
  const wide = width >= height;
  if (Math.max(width, height) <= LONGEST_SIDE) return createImageBitmap(file);
  const wanted = wide ? { resizeWidth: LONGEST_SIDE } : { resizeHeight: LONGEST_SIDE };
  return createImageBitmap(file, { ...wanted, resizeQuality: "high" });
}

async function sizeOf(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
    });
    return { width: image.naturalWidth, height: image.naturalHeight };
  } finally {
    URL.revokeObjectURL(image.src);
  }
}
