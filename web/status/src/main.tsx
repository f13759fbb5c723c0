import { render } from "preact";
import { takeKey } from "./key";
import { App } from "./ui/app";
import { Speaking } from "./ui/language";
import "./styles/base.css";
import "./styles/hero.css";
import "./styles/cards.css";
import "./styles/parts.css";
import "./styles/traffic.css";

takeKey();
const place = document.getElementById("app");
if (place !== null) {
  place.replaceChildren();
  render(
    <Speaking>
      <App />
    </Speaking>,
    place,
  );
}
