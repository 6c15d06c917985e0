import { type ActionFailure, error, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Principal } from '../../domain/staff/permissions.ts';
import { beginIncidentAct, type IncidentOrder } from '../flows/begin-incident-act.ts';
import { cancelIncidentAct } from '../flows/cancel-incident-act.ts';
import { AT_ONCE, workIncidentAct } from '../flows/work-incident-act.ts';
import { parts } from './app.ts';
import { type Refused, refuse } from './desk-acts.ts';
import { formFields } from './forms.ts';

type Form = Record<string, string>;

/** What each button of an incident's page wants of all its cases. */
const ORDERS = {
	claim: () => ({ act: 'claim' }),
	decide: ({ outcome = '', note }) => ({ act: 'decide', outcome, note }),
	propose: ({ settles = '', why = '' }) => ({ act: 'propose', settles, why }),
	settle: ({ on = '', approved, why }) => ({
		act: approved === 'yes' ? 'approve' : 'refuse',
		on,
		why
	})
} satisfies Record<string, (form: Form) => IncidentOrder>;

const back = ({ params }: RequestEvent<{ id: string }>, done: string): never =>
	redirect(303, `/desk/incidents/${params.id}?done=${done}`);

/** Begins an act on all cases, and works the first of them through before it answers. */
export async function pressForAll(
	event: RequestEvent<{ id: string }>,
	who: Principal,
	act: keyof typeof ORDERS
): Promise<ActionFailure<Refused>> {
	const form = await formFields(event.request);
	const begun = await beginIncidentAct(parts(), who, event.params.id, ORDERS[act](form));
	if (!begun.ok && begun.reason === 'not-found') error(404);
	if (!begun.ok) return refuse(act, begun.reason, form);
	await workIncidentAct(parts(), begun.value.act, AT_ONCE);
	return back(event, 'begun');
}

/** Stops an act where it is. */
export async function pressToStop(
	event: RequestEvent<{ id: string }>,
	who: Principal
): Promise<ActionFailure<Refused>> {
	const form = await formFields(event.request);
	const stopped = await cancelIncidentAct(parts(), who, event.params.id, form['act'] ?? '');
	if (!stopped.ok && stopped.reason === 'not-found') error(404);
	if (!stopped.ok) return refuse('cancel', stopped.reason, form);
	return back(event, 'stopped');
}
