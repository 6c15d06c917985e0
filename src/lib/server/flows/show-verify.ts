import { sql } from 'kysely';
import type { VerifyView } from '../../contracts/pages.ts';
import { nextChallenge, type Reachable } from '../../domain/identity/next-challenge.ts';
import { strictest } from '../../domain/identity/assurance.ts';
import { maskContact } from '../../domain/identity/masks.ts';
import { textIn } from '../../domain/workflow/format.ts';
import { formatInstant } from '../../domain/workflow/instant.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import { type Contacts, loadCase, type LoadedCase } from '../db/cases.ts';
import type { Db } from '../db/connect.ts';
import { refusedSenders } from '../db/senders.ts';
import type { Parts } from '../parts.ts';
import { untilNextCode } from './code-gap.ts';
import { codesFrom } from './code-phones.ts';
import { readFactors } from './factors.ts';
import { personMessage, personUntil } from './person-message.ts';
import type { PageVisit } from './load-visit.ts';
import { destinationHash } from './queue-message.ts';

/** Where codes of this case can go, in the workflow's order. Only contacts of the system of record. */
function codeDestinations(visit: PageVisit, contacts: Contacts | undefined) {
	const { channels } = visit.workflow.document.identity.code;
	return channels.flatMap((channel) => {
		const to = contacts?.[channel];
		return to ? [{ channel, to, mask: maskContact(channel, to) }] : [];
	});
}

/**
 * Where the code goes: the channel wished for, or the first that the record has a contact for; one
 * whose sender is out of order only where no other is left.
 */
export function codeDestination(
	visit: PageVisit,
	contacts: Contacts | undefined,
	wished: Channel,
	refused: ReadonlySet<Channel> = new Set()
) {
	const all = codeDestinations(visit, contacts);
	const open = all.filter(({ channel }) => !refused.has(channel));
	const among = open.length > 0 ? open : all;
	return among.find(({ channel }) => channel === wished) ?? among[0];
}

/** Before the record was read once nobody knows: asking for the code reads it. */
export function codeMayReach(
	visit: PageVisit,
	contacts: Contacts | undefined,
	refused: ReadonlySet<Channel>
): Reachable {
	if (!contacts) return true;
	const all = codeDestinations(visit, contacts);
	if (all.length === 0) return false;
	return all.every(({ channel }) => refused.has(channel)) ? 'later' : true;
}

/** The need of this page: the case's, or the action's where that is higher. */
export function needFor(visit: PageVisit, action?: string) {
	const { actions } = visit.workflow.document;
	const wanted = action && Object.hasOwn(actions, action) ? actions[action] : undefined;
	return wanted ? strictest(visit.need, wanted.assurance) : visit.need;
}

/**
 * What the visitor must do next to prove who they are. Pure: sends nothing.
 * @param action the action that asks for more than the case's base, if one does
 * @returns `null` when nothing is missing
 */
export async function showVerify(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: PageVisit,
	action?: string
): Promise<VerifyView | null> {
	const loaded = await loadCase(parts, visit.caseId);
	if (!loaded) throw new Error(`Visit ${visit.id} belongs to no case.`);
	const { document } = visit.workflow;
	const known = loaded.content.record?.contacts;
	const refused = await refusedSenders(parts.db);
	const sent = await sentCode(parts, visit, loaded);
	// A code that has gone may be in their hands, whatever has become of the sender since.
	const reachable = codeMayReach(visit, known, sent ? new Set() : refused);
	const all = codeDestinations(visit, known);
	const open = all.filter(({ channel }) => !refused.has(channel));
	const destinations = open.length > 0 ? open : all;
	const { factors, now } = await readFactors(parts.db, visit.customerHash, loaded.state, reachable);
	const next = nextChallenge({
		identity: document.identity,
		need: needFor(visit, action),
		have: visit.assurance,
		factors,
		now
	});
	switch (next.ask) {
		case null:
			return null;
		case 'wait':
			return {
				ask: 'wait',
				until: formatInstant(next.until, visit.language, document.zone, 'time')
			};
		case 'person':
			// It is no fault of theirs, and may be over in a minute: the button stays.
			if (next.reason === 'code-not-sendable')
				return {
					ask: 'code',
					destinations: destinations.map(({ channel, mask }) => ({ channel, mask })),
					stopped: { message: inHand(visit, loaded) }
				};
			return {
				ask: 'person',
				message: inHand(visit, loaded),
				...(next.reason === 'code-unreachable' && { unreachable: unreachable(visit, loaded) })
			};
		case 'known-facts':
			return { ask: 'known-facts', fields: factFields(visit) };
		case 'code': {
			const full = await noMoreCodes(parts, visit, loaded, destinations);
			return {
				ask: 'code',
				destinations: destinations.map(({ channel, mask }) => ({ channel, mask })),
				...(sent && { sent }),
				...(full && { full })
			};
		}
	}
}

/** Set while no contact may be sent another code. */
async function noMoreCodes(
	parts: Pick<Parts, 'db' | 'vault'>,
	visit: PageVisit,
	loaded: LoadedCase,
	destinations: ReturnType<typeof codeDestinations>
) {
	const hashes = destinations.map(({ channel, to }) => destinationHash(parts, channel, to));
	const at = await codesFrom(parts.db, hashes);
	if (!at) return undefined;
	// The next full minute: at the time that is told it must work.
	const from = new Date(Math.ceil(at.getTime() / 60_000) * 60_000);
	const what = from.getTime() - loaded.now.getTime() < 3_600_000 ? 'time' : 'date-and-time';
	const { zone } = visit.workflow.document;
	return {
		from: formatInstant(from, visit.language, zone, what),
		message: inHand(visit, loaded)
	};
}

/** Who has it and until when; empty while nobody does: only this action is out of reach. */
const inHand = (visit: PageVisit, { state }: LoadedCase): string =>
	state.exceptions.length > 0 ? personMessage(visit, state, 'identity') : '';

/** The workflow's message says that a check failed; here none could be made. */
const unreachable = (visit: PageVisit, { state }: LoadedCase) => ({
	lacks: visit.workflow.document.identity.code.channels.includes('email')
		? ('contact' as const)
		: ('phone' as const),
	until: personUntil(visit, state, 'identity')
});

function factFields({ workflow: { document }, language }: PageVisit) {
	return document.identity.knownFacts.map(({ fact, label, hint }) => {
		const type = document.facts[fact]?.type;
		const kind = type === 'date' ? ('date' as const) : ('text' as const);
		return {
			name: fact,
			label: textIn(label, language),
			hint: hint && textIn(hint, language),
			kind
		};
	});
}

const livingCode = (db: Db, visitId: string) =>
	db
		.selectFrom('challenges')
		.select(['channel', 'mask', 'expires_at'])
		.where('visit_id', '=', visitId)
		.where('used_at', 'is', null)
		.where('ended_at', 'is', null)
		.where('expires_at', '>', sql<Date>`now()`)
		.executeTakeFirst();

/** Can a code still be typed in this visit? */
export const hasLivingCode = async (db: Db, visitId: string): Promise<boolean> =>
	(await livingCode(db, visitId)) !== undefined;

/** The living code of this visit, and when another may be asked for. */
async function sentCode({ db }: Pick<Parts, 'db'>, visit: PageVisit, { row }: LoadedCase) {
	const live = await livingCode(db, visit.id);
	if (!live) return undefined;
	return {
		channel: live.channel,
		mask: live.mask,
		until: formatInstant(live.expires_at, visit.language, visit.workflow.document.zone, 'time'),
		resendSeconds: await untilNextCode(db, row.customer_hash)
	};
}
