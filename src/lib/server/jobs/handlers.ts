import { CaseErased } from '../db/cases.ts';
import { applyWriteback } from '../flows/apply-writeback.ts';
import { completeCase } from '../flows/complete-case.ts';
import { makeOffer } from '../flows/make-offer.ts';
import { reachOut } from '../flows/reach-out.ts';
import { pollDelivery } from '../flows/poll-delivery.ts';
import { sendMessage } from '../flows/send-message.ts';
import { workCallbacks } from '../flows/work-callbacks.ts';
import { workIncidentAct } from '../flows/work-incident-act.ts';
import type { Parts } from '../parts.ts';
import type { Handlers } from './jobs.ts';

/**
 * What each queue's job does: one flow, which reads its row again and may be run any number of times.
 * @param background the same parts on connections of their own, for what comes by the thousand: a
 * page, a code or a booking must not stand behind it
 */
export const handlersOf = (parts: Parts, background: Parts = parts): Handlers => ({
	'send-code': unlessErased(({ message }) => sendMessage(parts, message)),
	'apply-writeback': unlessErased(({ writeback }) => applyWriteback(parts, writeback)),
	'make-offer': unlessErased(({ case: id }) => makeOffer(parts, id)),
	'send-message': unlessErased(({ message }) => sendMessage(background, message)),
	'complete-case': unlessErased(({ case: id }) => completeCase(background, id)),
	outreach: unlessErased(({ case: id }) => reachOut(background, id)),
	'work-callbacks': ({ callbacks }) => workCallbacks(background, callbacks),
	'poll-delivery': unlessErased(({ message, attempt }) =>
		pollDelivery(background, message, attempt)
	),
	'work-incident': ({ act }) => workIncidentAct(background, act)
});

/** There is nothing left to do for a case whose customer was erased meanwhile. */
const unlessErased =
	<Data>(work: (data: Data) => Promise<void>) =>
	(data: Data): Promise<void> =>
		work(data).catch((error: unknown) => {
			if (!(error instanceof CaseErased)) throw error;
		});
