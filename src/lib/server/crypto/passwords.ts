import { hash, verify } from '@node-rs/argon2';
import { SIGN_IN } from '../../domain/staff/limits.ts';
import { newSecret } from './secrets.ts';

/** OWASP's first choice for argon2id; each hash takes 19 MiB and some 30 ms. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** More passwords came at once than this process computes: nobody was asked, try again. */
export class TooManyHashes extends Error {
	override name = 'TooManyHashes';
}

let running = 0;
const waiting: (() => void)[] = [];

/** A spray of passwords must not take the memory and the threads that customers' pages need. */
async function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
	if (running >= SIGN_IN.hashesAtOnce) {
		if (waiting.length >= SIGN_IN.hashesWaiting)
			throw new TooManyHashes('too many sign-ins at once');
		// Whoever ends hands the place on, so that nobody slips in between.
		await new Promise<void>((resolve) => waiting.push(resolve));
	} else running += 1;
	try {
		return await work();
	} finally {
		const next = waiting.shift();
		if (next) next();
		else running -= 1;
	}
}

// Typed on another keyboard the same letters can be other bytes (NIST SP 800-63B-4, 3.1.1.2).
const bytesOf = (password: string): string => password.normalize('NFKC');

/** The argon2id hash of a password, with its own salt and cost in it. */
export const hashPassword = (password: string): Promise<string> =>
	inTurn(() => hash(bytesOf(password), COST));

let nobody: Promise<string> | undefined;

/** Is it this password? Without a hash it takes as long and is never true (case R4). */
export async function samePassword(stored: string | null, password: string): Promise<boolean> {
	nobody ??= hash(newSecret(), COST);
	const against = stored ?? (await nobody);
	const same = await inTurn(() => verify(against, bytesOf(password)));
	return same && stored !== null;
}
