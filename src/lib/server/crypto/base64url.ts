/** Base64url without padding (RFC 4648 §5). */
export const toBase64url = (bytes: Uint8Array): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');

/**
 * The bytes, or null unless the text is the one canonical spelling of them: Node's own decoder
 * skips foreign characters and ignores unused trailing bits, so two texts could mean one value.
 */
export function fromBase64url(text: string): Uint8Array | null {
	const bytes = Buffer.from(text, 'base64url');
	return bytes.toString('base64url') === text ? new Uint8Array(bytes) : null;
}
