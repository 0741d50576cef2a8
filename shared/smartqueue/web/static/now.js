import {} from "./site.js";
