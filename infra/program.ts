import { controllingOf } from "./parts/controlling.ts";
import { entranceOf } from "./parts/entrance.ts";
import { environmentOf } from "./parts/environment.ts";
import { groundOf } from "./parts/ground.ts";
import { outputsOf } from "./parts/outputs.ts";
import { servingOf } from "./parts/serving.ts";
import { steeringOf } from "./parts/steering.ts";
import { storesOf } from "./parts/stores.ts";
import { watchingOf } from "./parts/watching.ts";
import type { Settings } from "./settings/settings.ts";

/**
 * One environment: what `pulumi up` provisions, from checked settings to outputs.
 *
 * The order is the order of dependence: the ground (network, firewall, logs, secrets, people to tell), what holds data,
 * what serves, the way in, what drives rollouts there, what watches all of it, and last what steers it once it runs.
 */
export function program(settings: Settings) {
  const environment = environmentOf(settings);
  const ground = groundOf(environment);
  const stores = storesOf(environment, ground);
  const serving = servingOf(environment, ground, stores);
  const entrance = entranceOf(environment, ground, serving);
  const controller = controllingOf(environment, ground, stores, serving, entrance);
  const watching = watchingOf(environment, ground, stores, serving, { ...entrance, controller });
  const steering = steeringOf(environment, serving, watching);
  return outputsOf(settings, { ground, stores, serving, entrance, watching, steering });
}
