import { z } from 'zod';
import { QUEUES, TABS } from './desk-lists.ts';
import { textSchema } from './text.ts';

const key = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** Which part of which queue is looked at, as it stands in an address; what is wrong falls away. */
export const queueQuery = z.object({
	queue: z.enum(QUEUES).catch('policy'),
	tab: z.enum(TABS).catch('next'),
	team: textSchema(60).min(1).optional().catch(undefined),
	workflow: key.optional().catch(undefined),
	type: key.optional().catch(undefined),
	cursor: z.string().max(200).optional().catch(undefined)
});
export type QueueQuery = z.output<typeof queueQuery>;
