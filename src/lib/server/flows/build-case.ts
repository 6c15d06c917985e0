import { v7 as uuid } from 'uuid';
import type { CaseEvent } from '../../domain/case/events.ts';
import { decide } from '../../domain/case/decide.ts';
import { fold, NEW_CASE } from '../../domain/case/state.ts';
import { chooseChannel } from '../../domain/outreach/choose-channel.ts';
import { reach } from '../../domain/telemetry/reached.ts';
import type { Channel } from '../../domain/workflow/document.ts';
import type { CaseContent } from '../db/cases.ts';
import { linkEnd } from './issue-link.ts';
import type { Opening } from './join-case.ts';
import type { Prepared } from './prepare-case.ts';
import { messageRow } from './queue-message.ts';

/** Everything of one new case that takes no database: keys, ciphertext, link, message. */
export async function buildCase(parts: Opening, prepared: Prepared, now: Date) {
	const { workflow, input, facts, contacts, missing, language } = prepared;
	const { key, wrapped } = await parts.vault.newCaseKey();
	const id = uuid();
	const content: CaseContent = { customer: input.customer, facts, contacts };
	const opening = decide(null, { do: 'open', language, missing });
	const events: CaseEvent[] = opening.ok ? opening.value : [];
	const { outreach } = workflow.document;
	const reached = chooseChannel({
		class: 'outreach',
		preference: missing.length ? [] : outreach.channels,
		contacts,
		suppressed: new Map()
	});
	const channel = reached.ok ? reached.value.channel : undefined;
	const expiresAt = linkEnd(workflow, now);
	const out = channel && (await invitation(parts, prepared, id, key, channel, expiresAt));
	if (out) events.push(...out.events);
	const state = fold(NEW_CASE, events);
	return {
		id,
		missing,
		events,
		link: out?.link,
		message: out?.message,
		row: {
			id,
			workflow: workflow.key,
			version: workflow.version,
			stage: state.stage,
			state: JSON.stringify(state),
			seq: events.length,
			reached: reach(0, events),
			customer_hash: prepared.customerHash,
			duplicate_hash: prepared.duplicateHash,
			language,
			key: wrapped,
			sealed: await parts.vault.seal(key, content, 'cases.sealed'),
			expires_at: expiresAt,
			complete_at: out ? null : now
		}
	};
}

export type BuiltCase = Awaited<ReturnType<typeof buildCase>>;

async function invitation(
	parts: Opening,
	{ workflow, facts, contacts, language }: Prepared,
	id: string,
	key: Parameters<typeof messageRow>[3],
	channel: Channel,
	expiresAt: Date
) {
	const { token, hash } = await parts.links.sign();
	const message = await messageRow(parts, workflow, id, key, {
		class: 'outreach',
		template: workflow.document.outreach.template,
		channel,
		to: contacts[channel] as string,
		language,
		facts,
		extra: { link: `${parts.config.origin}/l/${token}` },
		expiresAt
	});
	const { template } = workflow.document.outreach;
	const events: CaseEvent[] = [
		{ type: 'link-issued', superseded: false },
		{
			type: 'message-queued',
			message: message.id,
			class: 'outreach',
			channel,
			template,
			mask: message.mask
		}
	];
	return { link: { hash, case_id: id, expires_at: expiresAt }, message, events };
}
