import { stepAfter } from '../../domain/outreach/plan.ts';
import type { OutreachStep } from '../../domain/workflow/document.ts';
import type { Workflow } from '../db/workflows.ts';

const HOUR_MS = 3_600_000;
/** A case lives a day longer than what it waits for: a step must never find it ended by its own wait. */
const ROOM_MS = 24 * HOUR_MS;

/** What comes next in the sequence of a case, and why not earlier. */
export interface UpNext {
	step: OutreachStep;
	at: Date;
	why?: string;
}

/** The step of that id; the first one where there is none. */
export function stepOf({ document }: Pick<Workflow, 'document'>, id: string | null): OutreachStep {
	const { steps } = document.outreach;
	return steps.find((step) => step.id === id) ?? (steps[0] as OutreachStep);
}

/** A reminder says what the next step would; behind the last one it says the same again. */
export function reminderOf(
	workflow: Pick<Workflow, 'document'>,
	next: string | null
): OutreachStep {
	const last = workflow.document.outreach.steps.at(-1);
	return stepOf(workflow, next ?? last?.id ?? null);
}

/** The step behind one that went, or would have gone, then. */
export function upAfter({ document }: Workflow, step: OutreachStep, then: Date): UpNext | null {
	const after = stepAfter(document.outreach, step.id);
	if (!after) return null;
	return { step: after, at: new Date(then.getTime() + (after.afterHours ?? 0) * HOUR_MS) };
}

/** The columns of a case that say so; it lives as long as it has something to wait for. */
export const columnsOf = (next: UpNext | null, expiresAt: Date) => ({
	outreach_step: next?.step.id ?? null,
	outreach_at: next?.at ?? null,
	outreach_why: next?.why ?? null,
	expires_at: livesFor(next?.at, expiresAt)
});

export function livesFor(wait: Date | undefined, expiresAt: Date): Date {
	const least = wait && new Date(wait.getTime() + ROOM_MS);
	return least && least > expiresAt ? least : expiresAt;
}
