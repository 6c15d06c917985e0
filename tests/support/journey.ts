import type { Channel } from '../../src/lib/domain/workflow/document.ts';
import { type VerifiedVisit, verifyVisit } from '../../src/lib/domain/identity/proofs.ts';
import { loadCase, type LoadedCase } from '../../src/lib/server/db/cases.ts';
import { checkCode } from '../../src/lib/server/flows/check-code.ts';
import {
	loadVisit,
	type PageVisit,
	type VisitTicket
} from '../../src/lib/server/flows/load-visit.ts';
import { openLink, type OpenedPage } from '../../src/lib/server/flows/open-link.ts';
import type { MessageContent } from '../../src/lib/server/flows/queue-message.ts';
import { requestCode } from '../../src/lib/server/flows/request-code.ts';
import { saveDraft } from '../../src/lib/server/flows/save-draft.ts';
import { showReview } from '../../src/lib/server/flows/show-review.ts';
import { startVisit } from '../../src/lib/server/flows/start-visit.ts';
import { submitAction } from '../../src/lib/server/flows/submit-action.ts';
import type { Parts } from '../../src/lib/server/parts.ts';
import { openCase } from './open-case.ts';

// The path by its flows, without HTTP and without jobs: each step as a route or a job would do it.

interface With {
	parts: Parts;
}

/** Keyed hash of a caller's address, as the pages make it. */
export const SOURCE = 'source-of-the-test';

/** Unpacks what must have worked. */
export function got<Value>(
	result: { ok: true; value: Value } | { ok: false; reason: string }
): Value {
	if (!result.ok) throw new Error(`Refused: ${result.reason} ${JSON.stringify(result)}`);
	return result.value;
}

export async function caseOf({ parts }: With, id: string): Promise<LoadedCase> {
	const loaded = await loadCase(parts, id);
	if (!loaded) throw new Error(`There is no case ${id}.`);
	return loaded;
}

/** The case's timeline: event types in order. */
export async function timeline(world: With, id: string): Promise<string[]> {
	return (await eventsOf(world, id)).map(({ type }) => type);
}

export const eventsOf = ({ parts }: With, id: string) =>
	parts.db
		.selectFrom('case_events')
		.select(['type', 'actor', 'data'])
		.where('case_id', '=', id)
		.orderBy('seq')
		.execute();

/** Every message of a case, opened, the oldest first. */
export async function messagesOf({ parts }: With, id: string) {
	const { key } = await caseOf({ parts }, id);
	const rows = await parts.db
		.selectFrom('messages')
		.selectAll()
		.where('case_id', '=', id)
		.orderBy('id')
		.execute();
	return Promise.all(
		rows.map(async ({ sealed, ...row }) => ({
			...row,
			...(await parts.vault.open<MessageContent>(key, sealed, 'messages.sealed'))
		}))
	);
}

/** The token of the newest link that a message carries. */
export async function tokenOf(world: With, id: string): Promise<string> {
	const link = (await messagesOf(world, id)).findLast(({ extra }) => extra['link'])?.extra['link'];
	if (!link) throw new Error(`No message of case ${id} carries a link.`);
	return link.slice(link.lastIndexOf('/') + 1);
}

export async function openedLink(world: With, id: string): Promise<OpenedPage> {
	return got(await openLink(world.parts, await tokenOf(world, id)));
}

/** A visit with what its browser holds. */
export type HeldVisit = PageVisit & { ticket: VisitTicket };

export async function visitBehind({ parts }: With, ticket: VisitTicket): Promise<HeldVisit> {
	return { ...got(await loadVisit(parts, ticket.visitId, ticket.secret)), ticket };
}

/** Opens the newest link and presses the button. */
export async function beginVisit(world: With, id: string): Promise<HeldVisit> {
	return visitBehind(world, await startVisit(world.parts, await openedLink(world, id)));
}

/** The newest code that was sent for a case. */
export async function newestCode(world: With, id: string): Promise<string> {
	const code = (await messagesOf(world, id)).findLast(({ extra }) => extra['code'])?.extra['code'];
	if (!code) throw new Error(`No message of case ${id} carries a code.`);
	return code;
}

/** Asks for a code and types it; gives the renewed visit. */
export async function passCode(
	world: With,
	visit: PageVisit,
	channel: Channel = 'sms'
): Promise<HeldVisit> {
	got(await requestCode(world.parts, visit, channel, SOURCE));
	const code = await newestCode(world, visit.caseId);
	return visitBehind(world, got(await checkCode(world.parts, visit, code, SOURCE)));
}

/** A visit that has proved what its case asks for. */
export async function verified(world: With, id: string): Promise<VerifiedVisit & HeldVisit> {
	const visit = await passCode(world, await beginVisit(world, id));
	return { ...visit, ...got(verifyVisit(visit, visit.need)) };
}

export interface Reviewed {
	caseId: string;
	visit: VerifiedVisit & HeldVisit;
	draftId: string;
	/** Fingerprint of what the customer sees. */
	shown: string;
}

/** A customer on the review page of an action, nothing confirmed yet. */
export async function reviewed(
	world: With,
	given: {
		workflow: string;
		customer: string;
		action: string;
		form?: Record<string, string>;
		facts?: Record<string, string | number>;
	}
): Promise<Reviewed> {
	const { workflow, customer, action, form = {}, facts } = given;
	const caseId = await openCase(world, { workflow, customer, ...(facts && { facts }) });
	const visit = await verified(world, caseId);
	const { draftId } = got(await saveDraft(world.parts, visit, action, form));
	const { shown } = got(await showReview(world.parts, visit, draftId));
	return { caseId, visit, draftId, shown };
}

/** A confirmed action whose writeback has not been tried. */
export async function submitted(
	world: With,
	given: Parameters<typeof reviewed>[1]
): Promise<Reviewed & { submission: string; writeback: string }> {
	const seen = await reviewed(world, given);
	const { visit, draftId, shown } = seen;
	const { submissionId } = got(await submitAction(world.parts, visit, draftId, shown));
	const { id } = await world.parts.db
		.selectFrom('writebacks')
		.select('id')
		.where('submission_id', '=', submissionId)
		.executeTakeFirstOrThrow();
	return { ...seen, submission: submissionId, writeback: id };
}
