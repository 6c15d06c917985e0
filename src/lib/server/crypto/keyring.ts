import { fail, ok, type Result } from '../../domain/result.ts';
import { fromBase64url } from './base64url.ts';

export interface RingKey {
	id: string;
	/** 32 bytes. */
	key: Uint8Array;
	/** From this moment on the key is refused. */
	retiredUntil?: Date;
}

/** Keys that can rotate: new values are made with `current`, old ones are read with the key they name. */
export interface Keyring {
	current: RingKey;
	all: readonly RingKey[];
	/** Null when the ring has no such key, or its retirement has ended at `now`. */
	byId(id: string, now: Date): RingKey | null;
}

const KEY_ID = /^[a-z0-9]{1,4}$/;
const KEY_BYTES = 32;

const refuse = (position: number, problem: string) =>
	fail('bad-keyring', `key ${position} ${problem}`);

function parseKey(entry: string, position: number): Result<RingKey, 'bad-keyring', string> {
	const [id = '', text = '', ...date] = entry.trim().split(':');
	if (!KEY_ID.test(id)) return refuse(position, 'needs an id of 1 to 4 of a-z and 0-9');
	const key = fromBase64url(text);
	if (key?.length !== KEY_BYTES)
		return refuse(position, `(${id}) is not base64url of exactly ${KEY_BYTES} bytes`);
	if (!date.length) return ok({ id, key });
	if (position === 1) return refuse(position, `(${id}) is the current key and cannot be retired`);
	// The date has colons of its own.
	const retiredUntil = new Date(date.join(':'));
	if (!/^\d{4}-\d\d-\d\d/.test(date[0] ?? '') || Number.isNaN(retiredUntil.getTime()))
		return refuse(position, `(${id}) has a third part that is no ISO 8601 date`);
	return ok({ id, key, retiredUntil });
}

/**
 * Reads `id:base64url(32 bytes)` entries, separated by commas; the first is current. A later one
 * may end in `:` and the ISO date until which it is still accepted. The detail of a `bad-keyring`
 * names the entry by position and never repeats a key.
 */
export function parseKeyring(text: string): Result<Keyring, 'bad-keyring', string> {
	const byId = new Map<string, RingKey>();
	for (const [index, entry] of text.split(',').entries()) {
		const parsed = parseKey(entry, index + 1);
		if (!parsed.ok) return parsed;
		if (byId.has(parsed.value.id))
			return refuse(index + 1, `(${parsed.value.id}) has an id that is used twice`);
		byId.set(parsed.value.id, parsed.value);
	}
	const all = [...byId.values()];
	return ok({
		current: all[0]!,
		all,
		byId(id, now) {
			const found = byId.get(id);
			return !found || (found.retiredUntil && found.retiredUntil <= now) ? null : found;
		}
	});
}
