// The relays that this node itself talks to.
import type { Peer } from "@qnet/api";
import { shortName } from "../logic/format";
import type { Shown } from "../logic/node";
import { Card } from "../ui/card";
import { StateIcon } from "../ui/icons";
import { useSpeech } from "../ui/language";

const MOST = 20;
const ICONS: Record<Peer["state"], Shown> = {
  idle: "disconnected",
  connecting: "calibrating",
  connected: "connected",
  failed: "offline",
};

export function Peers(props: { of: Peer[] }) {
  const { t, said, milliseconds, country } = useSpeech();
  if (props.of.length === 0) return null;
  const shown = props.of.slice(0, MOST);
  return (
    <Card title={t("page.peers")} note={t("page.peers_note")}>
      <ul class="peers">
        {shown.map((peer) => (
          <li key={peer.name}>
            <StateIcon state={ICONS[peer.state]} size={22} />
            <span class="words">
              <bdi class="name" title={peer.name}>
                {shortName(peer.name)}
              </bdi>
              <span class="note">
                {said(`page.peer.${peer.state}`)}
                {peer.country && <> · {country(peer.country)}</>}
                {peer.cover && (
                  <>
                    {" · "}
                    {t("page.looks_like", { cover: peer.cover })}
                  </>
                )}
              </span>
              {peer.last_error && peer.state !== "connected" && (
                <bdi class="note" lang="en">
                  {peer.last_error}
                </bdi>
              )}
            </span>
            <span class="count">{peer.round_trip_ms === null ? "" : milliseconds(peer.round_trip_ms)}</span>
          </li>
        ))}
      </ul>
      {shown.length < props.of.length && <p class="note">{t("page.more", { count: props.of.length - shown.length })}</p>}
    </Card>
  );
}
