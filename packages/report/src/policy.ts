/** The source expression that allows an inline script or style with exactly this content: `sha256-…`. */
export async function contentHash(content: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(content)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}
