import type { CaseContent } from '../../src/lib/server/db/cases.ts';
import type { MessageContent } from '../../src/lib/server/flows/queue-message.ts';
import type { SubmissionContent } from '../../src/lib/server/flows/submit-action.ts';
import type { CorrectionContent } from '../../src/lib/server/flows/write-correction.ts';
import type { Effect } from '../support/memory-faults.ts';
import type { Checked } from './invariants.ts';

const GRACE_MS = 2_000;

/**
 * What only the sealed columns can tell: that what was executed is what the customer confirmed, and
 * that no invitation goes out at night or with a dead link.
 */
export async function sealedViolations(checked: Checked): Promise<Record<string, string[]>> {
	return {
		'what was executed is what was confirmed': await otherThanConfirmed(checked),
		'what was corrected is what somebody put right': await otherThanCorrected(checked),
		...(await invitations(checked))
	};
}

/** Every field that the system of record names is the field that was confirmed. */
async function otherThanConfirmed({ db, vault, effects }: Checked): Promise<string[]> {
	const byReference = new Map<string, Effect>(effects.map((one) => [one.reference, one]));
	const rows = await db
		.selectFrom('submissions')
		.innerJoin('writebacks', 'writebacks.submission_id', 'submissions.id')
		.innerJoin('cases', 'cases.id', 'submissions.case_id')
		.select(['submissions.id', 'submissions.sealed', 'writebacks.reference', 'cases.key'])
		.execute();
	const wrong: string[] = [];
	for (const row of rows) {
		const effect = byReference.get(row.reference);
		if (!effect) continue;
		const key = await vault.openCaseKey(row.key);
		const confirmed = await vault.open<SubmissionContent>(key, row.sealed, 'submissions.sealed');
		const { customer, fields, input, values } = confirmed;
		const named = Object.keys(fields).filter((name) => name in effect.fields);
		const same = named.every((name) => effect.fields[name] === fields[name]);
		const promised = ['amount', 'total', 'day', 'first'].every((name) => {
			const shown = values[name] ?? input[name];
			const done = effect.fields[name] ?? (name === 'day' ? effect.fields['date'] : undefined);
			return shown === undefined || done === undefined || shown === done;
		});
		if (named.length === 0 || !same || !promised || effect.customer !== customer)
			wrong.push(row.id);
	}
	return wrong;
}

/** The same of corrections. */
async function otherThanCorrected({ db, vault, effects }: Checked): Promise<string[]> {
	const byReference = new Map<string, Effect>(effects.map((one) => [one.reference, one]));
	const rows = await db
		.selectFrom('corrections')
		.innerJoin('writebacks', 'writebacks.correction_id', 'corrections.id')
		.innerJoin('cases', 'cases.id', 'corrections.case_id')
		.select(['corrections.id', 'corrections.fact', 'corrections.sealed'])
		.select(['writebacks.reference', 'cases.key'])
		.execute();
	const wrong: string[] = [];
	for (const { id, fact, sealed, reference, key } of rows) {
		const effect = byReference.get(reference);
		if (!effect) continue;
		const opened = await vault.openCaseKey(key);
		const made = await vault.open<CorrectionContent>(opened, sealed, 'corrections.sealed');
		if (effect.fields[fact] !== made.value || effect.customer !== made.customer) wrong.push(id);
	}
	return wrong;
}

/** From the first hour to the last that any workflow of these writes in. */
const HOURS = { from: 8, to: 20 };
const hourIn = (zone: string, at: Date) =>
	Number(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit' }).format(at));

/**
 * What was sent with each link, and when: a message is on its way for a moment after its link has
 * ended.
 */
async function invitations({ db, vault, links }: Checked): Promise<Record<string, string[]>> {
	const rows = await db
		.selectFrom('messages')
		.innerJoin('cases', 'cases.id', 'messages.case_id')
		.select(['messages.id', 'messages.sealed', 'messages.accepted_at'])
		.select(['cases.key', 'cases.sealed as case_sealed'])
		.where('messages.class', '=', 'outreach')
		.where('messages.state', '=', 'accepted')
		.execute();
	const ends = await db.selectFrom('links').select(['hash', 'ended_at']).execute();
	const endOf = new Map(ends.map(({ hash, ended_at }) => [hash, ended_at?.getTime()]));
	const [night, dead]: [string[], string[]] = [[], []];
	for (const row of rows) {
		const key = await vault.openCaseKey(row.key);
		const { extra } = await vault.open<MessageContent>(key, row.sealed, 'messages.sealed');
		const link = extra['link'] ?? '';
		const { zone } = await vault.open<CaseContent>(key, row.case_sealed, 'cases.sealed');
		const hour = zone && row.accepted_at ? hourIn(zone, row.accepted_at) : HOURS.from;
		if (hour < HOURS.from || hour >= HOURS.to) night.push(row.id);
		const signed = await links.verify(link.slice(link.lastIndexOf('/') + 1));
		const end = signed.ok ? endOf.get(signed.value.hash) : 0;
		if (end !== undefined && (row.accepted_at?.getTime() ?? 0) > end + GRACE_MS) dead.push(row.id);
	}
	return {
		'nothing that we begin is sent at night': night,
		'no link goes out after its end': dead
	};
}
