import { fail, type Result } from '../../domain/result.ts';
import type { FieldValues } from '../../domain/workflow/document.ts';
import { raiseAlert } from '../db/alerts.ts';
import type { CaseChange, CaseContent, Correction } from '../db/cases.ts';
import type { Workflow } from '../db/workflows.ts';
import { type Calling, readRecords } from './call-records.ts';
import { type FreshFacts, pickFacts } from './pick-facts.ts';

/** How old a record that was read may be, in seconds, for what rests on it. */
export const FRESH_SECONDS = {
	/** To show, when a visit begins, where a code can go. */
	shown: 300,
	/** To send a code there. */
	contact: 600,
	/** To decide on its facts: at the confirmation, and right before the first send. */
	decision: 60
} as const;

/** - `barred`: nobody was asked (open breaker, full bulkhead); it costs no try. */
export type Refresh = Result<
	FreshFacts,
	'not-found' | 'unavailable' | 'barred' | 'contract',
	{ retryAfterSeconds?: number }
>;

/** Reads the customer's record. A network call: before the transaction, never in it. */
export async function readFreshFacts(
	parts: Calling,
	workflow: Workflow,
	customer: string
): Promise<Refresh> {
	const { document } = workflow;
	const read = await readRecords(parts, workflow, customer);
	if (!read.ok) return fail(read.reason, { retryAfterSeconds: read.detail?.retryAfterSeconds });
	const picked = pickFacts(document, read.value.record, customer);
	if (!picked.ok) {
		parts.log.error({ workflow: workflow.key }, 'records: a read gave the record of somebody else');
		await raiseAlert(parts.db, 'contract', document.records.connection);
		return fail('contract');
	}
	const { faults } = picked.value;
	if (Object.keys(faults).length)
		parts.log.warn(
			{ workflow: workflow.key, wrong: faults },
			'records: the record holds something else than declared; it counts as missing'
		);
	return picked;
}

/** Was the record read within the last `seconds`? Both instants are the database's. */
export const recordIsFresh = (
	{ content: { record }, now }: { content: CaseContent; now: Date },
	seconds: number
): boolean => record !== undefined && now.getTime() - Date.parse(record.at) < seconds * 1000;

/**
 * The system of record knows nobody under this reference: there is no contact that a code could go
 * to, and that is known from now on.
 */
export function storeUnknownCustomer(change: CaseChange): void {
	const { content, now } = change;
	change.reseal({ ...content, record: { contacts: {}, at: now.toISOString() } });
}

export const missingOf = (workflow: Workflow, facts: FieldValues) =>
	workflow.document.trigger.required.filter((name) => facts[name] === undefined);

/** A correction has done its work once the record says anything else than it said then. */
const standingCorrections = (
	corrections: CaseContent['corrections'] = {},
	fresh: FieldValues
): Record<string, Correction> =>
	Object.fromEntries(
		Object.entries(corrections).filter(([name, { was }]) => (fresh[name] ?? null) === was)
	);

/**
 * The case's content with fresh facts laid over it. A fact that the record answered wrongly is dropped,
 * so that no rule decides on what it used to be.
 */
export function withFreshFacts(
	{ content, now }: Pick<CaseChange, 'content' | 'now'>,
	fresh: FreshFacts
): CaseContent {
	const facts = { ...content.facts, ...fresh.facts };
	for (const name of Object.keys(fresh.faults)) delete facts[name];
	const corrections = standingCorrections(content.corrections, fresh.facts);
	for (const name of Object.keys(content.corrections ?? {}))
		if (!Object.hasOwn(corrections, name) && fresh.facts[name] === undefined) delete facts[name];
	for (const [name, { value }] of Object.entries(corrections)) facts[name] = value;
	const record = {
		contacts: fresh.contacts,
		at: now.toISOString(),
		facts: Object.keys(fresh.facts)
	};
	return { ...content, facts, corrections, record };
}

/** Keeps fresh facts with a case that is open. */
export function storeFreshFacts(workflow: Workflow, change: CaseChange, fresh: FreshFacts): void {
	const { content, now } = change;
	const resealed = withFreshFacts(change, fresh);
	const { facts } = resealed;
	const names = new Set([...Object.keys(facts), ...Object.keys(content.facts)]);
	const changed = [...names].filter((name) => facts[name] !== content.facts[name]);
	change.reseal(resealed, { factsAt: now });
	change.must({ do: 'refresh-facts', changed, missing: missingOf(workflow, facts) });
}
