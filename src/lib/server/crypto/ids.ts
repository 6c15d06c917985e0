import { randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';

/** So many new ids (UUID 7) at once: randomness is dear by the call and cheap by the byte. */
export function newIds(count: number): string[] {
	const random = randomBytes(count * 16);
	return Array.from({ length: count }, (_, place) =>
		uuid({ random: random.subarray(place * 16, (place + 1) * 16) })
	);
}
