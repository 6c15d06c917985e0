import { v7 as uuid } from 'uuid';
import type { CaseEvent } from '../../domain/case/events.ts';
import { decide } from '../../domain/case/decide.ts';
import { fold, NEW_CASE } from '../../domain/case/state.ts';
import type { ChosenChannel } from '../../domain/outreach/choose-channel.ts';
import { type Plan, planStep } from '../../domain/outreach/plan.ts';
import type { OutreachStep } from '../../domain/workflow/document.ts';
import { reach } from '../../domain/telemetry/reached.ts';
import type { CaseContent } from '../db/cases.ts';
import { linkEnd } from './issue-link.ts';
import type { Opening } from './join-case.ts';
import type { Prepared } from './prepare-case.ts';
import { situationAtOnce } from './outreach-situation.ts';
import { messageRow } from './queue-message.ts';
import { columnsOf, stepOf, upAfter, type UpNext } from './up-next.ts';

/** Everything of one new case that takes no database: keys, ciphertext, link, message. */
export async function buildCase(parts: Opening, prepared: Prepared, now: Date) {
	const { workflow, input, facts, contacts, person, missing, language } = prepared;
	const { key, wrapped } = await parts.vault.newCaseKey();
	const id = uuid();
	const content: CaseContent = { customer: input.customer, facts, contacts, ...person };
	const opening = decide(null, { do: 'open', language, missing });
	const events: CaseEvent[] = opening.ok ? opening.value : [];
	const step = stepOf(workflow, null);
	// What is switched off keeps the message back at its release.
	const opened = { content, state: fold(NEW_CASE, events), now, off: [] };
	const next = { step, dueAt: now, asked: false };
	const plan = planStep(situationAtOnce(parts, workflow, opened, next));
	const expiresAt = linkEnd(workflow, now);
	const out =
		plan.do === 'send'
			? await invitation(parts, prepared, id, key, step, plan.chosen, expiresAt)
			: null;
	if (out) events.push(...out.events);
	if (plan.do === 'hold') events.push(held(step, plan));
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
			// Neither sent nor put off: facts or a way to the customer are lacking, and the record may know.
			complete_at: out || plan.do === 'hold' ? null : now,
			...columnsOf(upNext(prepared, step, plan, now), expiresAt)
		}
	};
}

function upNext({ workflow }: Prepared, step: OutreachStep, plan: Plan, now: Date): UpNext | null {
	if (plan.do === 'hold') return { step, at: new Date(plan.until), why: plan.why };
	return plan.do === 'send' ? upAfter(workflow, step, now) : null;
}

export type BuiltCase = Awaited<ReturnType<typeof buildCase>>;

async function invitation(
	parts: Opening,
	{ workflow, facts, language }: Prepared,
	id: string,
	key: Parameters<typeof messageRow>[3],
	{ id: step, template }: OutreachStep,
	{ channel, contact }: ChosenChannel,
	expiresAt: Date
) {
	const { token, hash } = await parts.links.sign();
	const message = await messageRow(parts, workflow, id, key, {
		class: 'outreach',
		template,
		step,
		channel,
		to: contact,
		language,
		facts,
		extra: { link: `${parts.config.origin}/l/${token}` },
		expiresAt
	});
	const events: CaseEvent[] = [
		{ type: 'link-issued', superseded: false },
		{
			type: 'message-queued',
			message: message.id,
			class: 'outreach',
			channel,
			template,
			mask: message.mask,
			step
		}
	];
	return { link: { hash, case_id: id, expires_at: expiresAt }, message, events };
}

const held = (step: OutreachStep, { why, until }: Extract<Plan, { do: 'hold' }>): CaseEvent => ({
	type: 'outreach-held',
	step: step.id,
	why,
	until: new Date(until).toISOString()
});
