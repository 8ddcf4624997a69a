// What the JS programs share: the question, the tools, and who asks (as python/common.py).
export const QUESTION = "Do I need an umbrella in Atlantis? Look it up in the handbook.";
export const SYSTEM = "You answer briefly and only from what your tools say.";
export const FOUND = "Umbrellas are lent at the front desk, also to visitors.";
export const [USER, SESSION, TAGS] = ["ada", "rainy-day", ["weather", "handbook"]];
export const [MODEL, EMBEDDING_MODEL, BROKEN_MODEL] = ["gpt-5-mini", "text-embedding-3-small", "gpt-5-mini-gone"];

export const searchHandbook = async ({ query }) => JSON.stringify({ query, found: FOUND });
export const getWeather = async ({ city }) => {
  throw new Error(`there is no weather station in ${city}`);
};
