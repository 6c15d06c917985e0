import { z } from 'zod';
import { QUEUES, TABS } from './desk-lists.ts';
import { textSchema } from './text.ts';

const key = z
	.string()
	.max(60)
	.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/);

/** An empty choice of a form asks for everything. */
const chosen = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

/** Which part of which queue is looked at, as it stands in an address; what is wrong falls away. */
export const queueQuery = z.object({
	queue: z.enum(QUEUES).catch('policy'),
	tab: z.enum(TABS).catch('next'),
	team: chosen(textSchema(60).min(1)),
	workflow: chosen(key),
	type: chosen(key),
	cursor: chosen(z.string().max(200))
});
export type QueueQuery = z.output<typeof queueQuery>;
