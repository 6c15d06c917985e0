/** What people find became of a writeback, and what the customer reads then. */
export const SETTLES = {
	applied: 'It was applied there',
	rejected: 'It was not applied and shall not be',
	'send-again': 'It was not applied: send it again'
} as const;

const TOLD = {
	applied: 'The customer reads on the receipt that it is booked.',
	rejected: 'The customer reads that it could not be done, and may choose anew.',
	'send-again': 'The customer goes on reading that it is being booked.'
} as const;

/** @param correction it is no wish of the customer's, but a correction of the record */
export const settledTold = (settles: keyof typeof TOLD, correction: boolean): string =>
	correction ? 'Customers are told nothing of a correction.' : TOLD[settles];
