import type { Channel } from '../../domain/workflow/document.ts';

/** How many messages of each app have been looked at, by phone. */
export type Marks = Record<string, Partial<Record<Channel, number>>>;

/** Messages of one app of a phone that nobody has looked at yet. */
export const unreadIn = (
	{ id, messages }: { id: string; messages: Partial<Record<Channel, number>> },
	channel: Channel,
	marks: Marks
): number => Math.max(0, (messages[channel] ?? 0) - (marks[id]?.[channel] ?? 0));

/** The same over all its apps. */
export const unreadOf = (
	phone: { id: string; messages: Partial<Record<Channel, number>> },
	marks: Marks
): number =>
	(Object.keys(phone.messages) as Channel[]).reduce(
		(sum, channel) => sum + unreadIn(phone, channel, marks),
		0
	);
