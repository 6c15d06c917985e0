import type { FieldValue } from '../../domain/workflow/document.ts';
import { planStep, type Situation } from '../../domain/outreach/plan.ts';
import { loadCase, type LoadedCase } from '../db/cases.ts';
import { loadWorkflow } from '../db/workflows.ts';
import type { Parts } from '../parts.ts';
import { situationOf } from './outreach-situation.ts';
import { type Reason, REASON_WORDS, RULE_LABELS } from './outreach-words.ts';
import { reminderOf, stepOf } from './up-next.ts';

/** One message of a case that we began; times are ISO instants. */
export interface SentStep {
	/** `null`: the customer asked for it, or somebody to have a link sent. */
	step: string | null;
	channel: string;
	template: string;
	mask: string;
	state: string;
	reason: string | null;
	queuedAt: string;
	acceptedAt: string | null;
	/** While it waits: until when. */
	heldUntil: string | null;
}

export interface OutreachView {
	sent: SentStep[];
	/** What comes next, with every rule as it stands now; `null` when nothing does. */
	next: {
		step: string;
		template: string;
		/** The customer asked to be reminded. */
		asked: boolean;
		/** As far as can be told now: when it goes, or is looked at again. */
		at: string;
		/** Why not earlier. */
		why: string | null;
		rules: { label: string; holds: boolean; read: Record<string, FieldValue> }[];
	} | null;
	/** Why nothing comes next, in words. */
	ended: string | null;
}

/** What was sent on a case, what comes next and when, and why not earlier; `null` if there is no case. */
export async function explainOutreach(
	parts: Pick<Parts, 'db' | 'vault' | 'config'>,
	caseId: string
): Promise<OutreachView | null> {
	const loaded = await loadCase(parts, caseId);
	if (!loaded) return null;
	const { row } = loaded;
	const workflow = await loadWorkflow(parts.db, row.workflow, row.version);
	const sent = await sentSteps(parts, loaded);
	const due = row.ended_at ? null : (row.remind_at ?? row.outreach_at);
	if (!due) return { sent, next: null, ended: whyNothing(loaded) };
	const asked = row.remind_at !== null;
	const step = asked
		? reminderOf(workflow, row.outreach_step)
		: stepOf(workflow, row.outreach_step);
	const next = { step, dueAt: due, asked };
	const situation = await situationOf(parts, workflow, parts.db, loaded, next);
	return { sent, next: { ...timeOf(situation), ...rulesOf(situation) }, ended: null };
}

/** What is not due yet may meet the night or a cap on its day: that is the time to tell. */
function timeOf(situation: Situation) {
	const now = planStep(situation);
	const onItsDay = Math.max(situation.now, situation.dueAt);
	const then = planStep({ ...situation, now: onItsDay });
	const at = new Date(then.do === 'hold' ? then.until : onItsDay).toISOString();
	return { at, why: now.do === 'send' ? null : REASON_WORDS[now.why] };
}

function rulesOf(situation: Situation) {
	const { step, asked } = situation;
	const rules = planStep(situation).trace.map(({ rule, holds, read }) => ({
		label: RULE_LABELS[rule],
		holds,
		read
	}));
	return { step: step.id, template: step.template, asked, rules };
}

function whyNothing({ row, state }: LoadedCase): string {
	if (state.ended) return REASON_WORDS.ended;
	const why = row.outreach_why as Reason | null;
	return why ? REASON_WORDS[why] : 'Every step was sent or stayed out.';
}

async function sentSteps({ db }: Pick<Parts, 'db'>, { row, now }: LoadedCase): Promise<SentStep[]> {
	const rows = await db
		.selectFrom('messages')
		.select(['step', 'channel', 'template', 'mask', 'state', 'reason'])
		.select(['created_at', 'accepted_at', 'next_at'])
		.where('case_id', '=', row.id)
		.where('class', '=', 'outreach')
		.orderBy('created_at')
		.execute();
	return rows.map(({ created_at, accepted_at, next_at, ...message }) => ({
		...message,
		queuedAt: created_at.toISOString(),
		acceptedAt: accepted_at?.toISOString() ?? null,
		heldUntil: message.state === 'queued' && next_at > now ? next_at.toISOString() : null
	}));
}
