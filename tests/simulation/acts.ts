import { type VerifiedVisit, verifyVisit } from '../../src/lib/domain/identity/proofs.ts';
import { loadVisit } from '../../src/lib/server/flows/load-visit.ts';
import type { Principal } from '../../src/lib/domain/staff/permissions.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import type { Person } from './people.ts';
import type { Phones } from './phones.ts';

/** What a person does on the pages: each piece of work is one request to one node. */
export interface Acting {
	person: Person;
	phones: Phones;
	/** One request; `null` when the node died under it: the person sees nothing and tries again. */
	request<Value>(work: (parts: Parts) => Promise<Value>): Promise<Value | null>;
	/** Counts what became of people, for the figures at the end. */
	note(what: string): void;
	/** Ids of submissions that a page has said are kept. */
	told: Set<string>;
	/** The cookies of this person's browsers: visit → secret. */
	cookies: Map<string, string>;
	/** Codes that were typed. */
	typed: Set<string>;
	/** Somebody at the desk, who works for every team. */
	agent: Pick<Principal, 'id'>;
}

/** The page says to open the link again. */
export class VisitGone extends Error {}

/** Between two presses: others go on, time may pass. */
export type Step<Value> = AsyncGenerator<undefined, Value, undefined>;

/** The same press again until somebody answers. */
export async function* press<Value>(
	acting: Acting,
	work: (parts: Parts) => Promise<Value>
): Step<Value> {
	for (;;) {
		const value = await acting.request(async (parts) => ({ value: await work(parts) }));
		yield;
		if (value) return value.value;
	}
}

/** A request of a visit: the cookie is checked and the assurance, as every page does first. */
export async function onPage<Value>(
	parts: Parts,
	{ cookies }: Acting,
	{ id }: { id: string },
	work: (visit: VerifiedVisit) => Promise<Value>
): Promise<Value | 'gone'> {
	const loaded = await loadVisit(parts, id, cookies.get(id) ?? '');
	if (!loaded.ok) return 'gone';
	const verified = verifyVisit(loaded.value, loaded.value.need);
	return verified.ok ? work(verified.value) : 'gone';
}

/** The same press of a visit again until somebody answers; throws `VisitGone`. */
export async function* pressOn<Value>(
	acting: Acting,
	visit: { id: string },
	work: (parts: Parts, visit: VerifiedVisit) => Promise<Value>
): Step<Value> {
	const value = yield* press(acting, (parts) =>
		onPage(parts, acting, visit, async (verified) => ({ value: await work(parts, verified) }))
	);
	if (value === 'gone') throw new VisitGone();
	return value.value;
}

export async function* pause(steps: number): Step<void> {
	for (let step = 0; step < steps; step += 1) yield;
}
