/** A remote image's stand-in becomes the image when it is pressed. */

export const REMOTE_IMAGE = "nb-remote-image";

export function loadRemoteImagesOnClick(root: Node): void {
  root.addEventListener("click", (event) => {
    const [button] = event.composedPath();
    if (!(button instanceof HTMLButtonElement) || !button.classList.contains(REMOTE_IMAGE) || !button.value)
      return;
    const image = document.createElement("img");
    image.referrerPolicy = "no-referrer";
    image.alt = button.textContent ?? "";
    image.src = button.value;
    button.replaceWith(image);
  });
}
