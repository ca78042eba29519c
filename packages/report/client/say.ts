/** Tells something to who listens, and shows it to who looks at the button that was pressed. */
export function say(text: string): void {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
}
