/**
 * How far a message has come, in the order of rank. A failure is final for the provider, yet a
 * delivery may still be told after it: the handset was found after all.
 */
export const DELIVERIES = ['accepted', 'sent', 'failed', 'delivered', 'read'] as const;
export type Delivery = (typeof DELIVERIES)[number];

const rank = (delivery: Delivery | null): number =>
	delivery === null ? -1 : DELIVERIES.indexOf(delivery);

/** The further of the two, so that the order and number of what is told make no difference (case O1). */
export const furthest = (known: Delivery | null, told: Delivery): Delivery =>
	known !== null && rank(known) >= rank(told) ? known : told;

/** Nothing more is expected to be told. */
export const isTerminal = (delivery: Delivery | null): boolean => rank(delivery) >= rank('failed');

/** How far each status of a provider means that a message has come; one that is not here says nothing. */
const STATUSES: Record<string, Delivery> = {
	// Twilio
	accepted: 'accepted',
	scheduled: 'accepted',
	queued: 'accepted',
	sending: 'accepted',
	sent: 'sent',
	delivered: 'delivered',
	read: 'read',
	failed: 'failed',
	undelivered: 'failed',
	canceled: 'failed',
	// SendGrid, whose `delivered` is the same
	processed: 'accepted',
	deferred: 'sent',
	bounce: 'failed',
	blocked: 'failed',
	dropped: 'failed'
};

export const deliveryOf = (status: string): Delivery | null =>
	Object.hasOwn(STATUSES, status) ? STATUSES[status]! : null;
