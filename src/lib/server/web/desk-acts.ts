import { type ActionFailure, error, fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { DeskReason } from '../../contracts/desk-reasons.ts';
import type { Result } from '../../domain/result.ts';
import type { Principal } from '../../domain/staff/permissions.ts';
import { askInput } from '../flows/ask-input.ts';
import { assignException } from '../flows/assign-exception.ts';
import { claimException } from '../flows/claim-exception.ts';
import { correctFact } from '../flows/correct-fact.ts';
import { decideException } from '../flows/decide-exception.ts';
import { decideSettlement } from '../flows/decide-settlement.ts';
import { grantAction } from '../flows/grant-action.ts';
import { handBack } from '../flows/hand-back.ts';
import { identifyCustomer } from '../flows/identify-customer.ts';
import { proposeSettlement } from '../flows/propose-settlement.ts';
import { takeAnswer } from '../flows/take-answer.ts';
import { writeNote } from '../flows/write-note.ts';
import { parts } from './app.ts';
import { formFields } from './forms.ts';

type Form = Record<string, string>;
type Act = (who: Principal, id: string, form: Form) => Promise<Result<unknown, DeskReason>>;

/** The bounds of a grant stand in fields named `min.input` and `max.input`. */
function boundsIn(form: Form): Record<string, { min?: string; max?: string }> {
	const bounds: Record<string, { min?: string; max?: string }> = {};
	for (const [name, value] of Object.entries(form)) {
		const [, side, input = ''] = /^(min|max)\.(\w{1,40})$/.exec(name) ?? [];
		if (side === 'min' || side === 'max') bounds[input] = { ...bounds[input], [side]: value };
	}
	return bounds;
}

const settles = (text: string | undefined) =>
	text === 'applied' || text === 'rejected' ? text : 'send-again';

/** What each button of the case page does with its form. */
const ACTS = {
	claim: (who, id) => claimException(parts(), who, id),
	'hand-back': (who, id) => handBack(parts(), who, id),
	decide: (who, id, { outcome = '', note }) => decideException(parts(), who, id, { outcome, note }),
	ask: (who, id, { fact = '', words }) => askInput(parts(), who, id, { fact, words }),
	grant: (who, id, form) =>
		grantAction(parts(), who, id, {
			action: form['action'] ?? '',
			days: Number(form['days']),
			bounds: boundsIn(form),
			why: form['why'] ?? ''
		}),
	correct: (who, id, { fact = '', value = '', why = '', closes }) =>
		correctFact(parts(), who, id, { fact, value, why, closes: closes === 'on' }),
	'take-answer': (who, id, { question = '', why = '', closes }) =>
		takeAnswer(parts(), who, id, { question, why, closes: closes === 'on' }),
	identify: (who, id, { why = '' }) => identifyCustomer(parts(), who, id, why),
	note: (who, id, { text = '' }) => writeNote(parts(), who, id, text),
	assign: (who, id, { to = '', why = '' }) => assignException(parts(), who, id, { to, why }),
	propose: (who, id, form) =>
		proposeSettlement(parts(), who, id, {
			settles: settles(form['settles']),
			reference: form['reference'],
			writeback: form['writeback'],
			why: form['why'] ?? ''
		}),
	settle: (who, id, { proposal = '', approved, why }) =>
		decideSettlement(parts(), who, id, { proposal, approved: approved === 'yes', why })
} satisfies Record<string, Act>;

export type DeskAct = keyof typeof ACTS;

/** A no of the moment is 409, of the form 400; what is not there is 404, whatever the reason (F1). */
const STATUS: Record<DeskReason, number> = {
	'not-found': 404,
	forbidden: 403,
	'already-finished': 409,
	'claimed-by-other': 409,
	'outcome-not-allowed': 409,
	'submission-under-way': 409,
	'correction-under-way': 409,
	'bad-text': 400,
	'unknown-fact': 400,
	'already-asked': 409,
	'no-link': 409,
	'bad-value': 400,
	'unknown-action': 400,
	'needs-none': 409,
	'never-grantable': 409,
	'switched-off': 409,
	'rule-error': 409,
	'bad-limit': 400,
	'bad-days': 400,
	'not-of-the-team': 400,
	'nothing-to-settle': 409,
	'already-proposed': 409,
	'reference-needed': 400,
	'own-proposal': 409,
	'already-decided': 409,
	'already-running': 409,
	'no-answer': 409,
	'already-taken': 409,
	empty: 409
};

/** A refusal for its page, with everything that was typed. */
export type Refused = { act: string; reason: DeskReason; typed: Form };

export const refuse = (act: string, reason: DeskReason, typed: Form): ActionFailure<Refused> =>
	fail(STATUS[reason], { act, reason, typed });

/** One press on the case page. Done, it leads back to the case, or to the queue where that is next. */
export async function press(
	event: RequestEvent<{ id: string }>,
	who: Principal,
	act: DeskAct
): Promise<ActionFailure<Refused>> {
	const form = await formFields(event.request);
	const done = await (ACTS[act] as Act)(who, form['exception'] ?? '', form);
	if (!done.ok && done.reason === 'not-found') error(404);
	if (!done.ok) return refuse(act, done.reason, form);
	// Who decided on a colleague's proposal need not see the case any more.
	redirect(
		303,
		act === 'settle' ? `/desk?done=${act}` : `/desk/cases/${event.params.id}?done=${act}`
	);
}
