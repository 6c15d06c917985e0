import { redirect } from '@sveltejs/kit';
import { requireDemo } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

/** There is no home page: a demo leads to its phone, anywhere else nothing is here. */
export const load: PageServerLoad = () => {
	requireDemo();
	redirect(302, '/phone');
};
