import type { Channel } from './document.ts';

/**
 * The parts of a workflow that can be switched off at once, without a publication and in all of its
 * versions: an action, its outreach as a whole, or one template on one channel. By these names they
 * stand in the table `switches`.
 */
export type Part = `action:${string}` | 'outreach' | `template:${Channel}:${string}`;

export const actionPart = (action: string): Part => `action:${action}`;
export const templatePart = (channel: Channel, template: string): Part =>
	`template:${channel}:${template}`;

/** Paused by the program, because the network holds its messages back: one person ends that. */
export const isPause = (part: string): boolean => part.startsWith('template:');

/** Which part that a message of ours with this template needs is off, if one is. */
export function partOff(
	off: readonly Part[],
	template: string,
	channels: readonly Channel[]
): Part | undefined {
	const needed = channels.map((channel) => templatePart(channel, template));
	return ['outreach' as const, ...needed].find((part) => off.includes(part));
}
