import { createHmac, timingSafeEqual } from 'node:crypto';
import { parse, stringify } from 'uuid';
import { fromBase64url, toBase64url } from './base64url.ts';
import type { Keyring } from './keyring.ts';

const ID_BYTES = 16;
/** RFC 2104 §5 allows cutting down to half: 128 bits, as much as the id of a link has. */
const TAG_BYTES = 16;
/** No other signature that is made with the same key is one of these. */
const PURPOSE = 'tapdone-unsubscribe';
const SHAPE = /^([a-z0-9]{1,4})\.([A-Za-z0-9_-]{43})$/;

const tagOf = (key: Uint8Array, id: Uint8Array): Buffer =>
	createHmac('sha256', key).update(`${PURPOSE}\0`).update(id).digest().subarray(0, TAG_BYTES);

/** What stands in `List-Unsubscribe` for a message: it says whose it is to nobody but us. */
export function signUnsubscribe({ current }: Keyring, message: string): string {
	const id = parse(message);
	return `${current.id}.${toBase64url(Buffer.concat([id, tagOf(current.key, id)]))}`;
}

/** The message that was signed; `null` for anything else. A retired key is accepted as with links. */
export function readUnsubscribe(keys: Keyring, token: string, now: Date): string | null {
	const shape = SHAPE.exec(token);
	const bytes = fromBase64url(shape?.[2] ?? '');
	const ringKey = keys.byId(shape?.[1] ?? '', now);
	if (bytes?.length !== ID_BYTES + TAG_BYTES || !ringKey) return null;
	const id = bytes.subarray(0, ID_BYTES);
	return timingSafeEqual(tagOf(ringKey.key, id), bytes.subarray(ID_BYTES)) ? stringify(id) : null;
}
