import { applyWriteback } from '../flows/apply-writeback.ts';
import { completeCase } from '../flows/complete-case.ts';
import { makeOffer } from '../flows/make-offer.ts';
import { remindCustomer } from '../flows/remind-customer.ts';
import { pollDelivery } from '../flows/poll-delivery.ts';
import { sendMessage } from '../flows/send-message.ts';
import { workCallback } from '../flows/work-callback.ts';
import type { Parts } from '../parts.ts';
import type { Handlers } from './jobs.ts';

/** What each queue's job does: one flow, which reads its row again and may be run any number of times. */
export const handlersOf = (parts: Parts): Handlers => ({
	'send-message': ({ message }) => sendMessage(parts, message),
	'apply-writeback': ({ writeback }) => applyWriteback(parts, writeback),
	'complete-case': ({ case: id }) => completeCase(parts, id),
	'make-offer': ({ case: id }) => makeOffer(parts, id),
	remind: ({ case: id }) => remindCustomer(parts, id),
	'work-callback': ({ callback }) => workCallback(parts, callback),
	'poll-delivery': ({ message, attempt }) => pollDelivery(parts, message, attempt)
});
