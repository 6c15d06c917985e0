import type { Handle } from '@sveltejs/kit';

/**
 * The framework looks `?/name` up as a property of a page's actions, so `?/__proto__` and
 * `?/constructor` are found on every page, and fails on `?/default`. None of them is ours: 404.
 */
export const refuseStrangePress: Handle = ({ event, resolve }) => {
	const names = [...event.url.searchParams.keys()].filter((key) => key.startsWith('/'));
	const strange = names.some((key) => key === '/default' || key.slice(1) in Object.prototype);
	return strange ? new Response('There is no such button.', { status: 404 }) : resolve(event);
};

/**
 * No name of ours holds U+0000, and the database fails on it (case Q3): there is no such address. The
 * API names the field that does.
 */
export const refuseStrangeAddress: Handle = ({ event, resolve }) =>
	event.url.href.includes('%00') && !event.url.pathname.startsWith('/api/')
		? new Response('There is no such address.', { status: 404 })
		: resolve(event);
