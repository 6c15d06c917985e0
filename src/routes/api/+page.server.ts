import { apiPage } from '$lib/contracts/api-page';
import { exampleWorkflow } from '$lib/server/flows/example-workflow';
import { parts } from '$lib/server/web/app';
import { publicRoute } from '$lib/server/web/guards';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async () => {
	publicRoute();
	return apiPage(parts().config.origin, await exampleWorkflow(parts()));
};
