import { CaseErased } from '../db/cases.ts';
import { applyWriteback } from '../flows/apply-writeback.ts';
import { completeCase } from '../flows/complete-case.ts';
import { makeOffer } from '../flows/make-offer.ts';
import { reachOut } from '../flows/reach-out.ts';
import { pollDelivery } from '../flows/poll-delivery.ts';
import { sendMessage } from '../flows/send-message.ts';
import { workCallback } from '../flows/work-callback.ts';
import type { Parts } from '../parts.ts';
import type { Handlers } from './jobs.ts';

/** What each queue's job does: one flow, which reads its row again and may be run any number of times. */
export const handlersOf = (parts: Parts): Handlers => ({
	'send-message': unlessErased(({ message }) => sendMessage(parts, message)),
	'apply-writeback': unlessErased(({ writeback }) => applyWriteback(parts, writeback)),
	'complete-case': unlessErased(({ case: id }) => completeCase(parts, id)),
	'make-offer': unlessErased(({ case: id }) => makeOffer(parts, id)),
	outreach: unlessErased(({ case: id }) => reachOut(parts, id)),
	'work-callback': unlessErased(({ callback }) => workCallback(parts, callback)),
	'poll-delivery': unlessErased(({ message, attempt }) => pollDelivery(parts, message, attempt))
});

/** There is nothing left to do for a case whose customer was erased meanwhile. */
const unlessErased =
	<Data>(work: (data: Data) => Promise<void>) =>
	(data: Data): Promise<void> =>
		work(data).catch((error: unknown) => {
			if (!(error instanceof CaseErased)) throw error;
		});
