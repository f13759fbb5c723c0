// One node, as a person with a browser or as an operator sees it.
import type { Node } from "@qnet/api";
import { AddInvite } from "../client/add_invite";
import { Path } from "../client/path";
import { Peers } from "../client/peers";
import { UseIt } from "../client/use_it";
import { isClient, isOperator } from "../logic/node";
import { CountryMap } from "../map/map";
import { DirectoryCard, LimitsCard, RegisteredCard } from "../operator/directory";
import { ExitCard } from "../operator/exit";
import { InviteCard } from "../operator/invite";
import { Overview, Relaying } from "../operator/overview";
import { Happened } from "./happened";
import { Traffic } from "./traffic";

/** `own`: it is the node that answers, so that what changes something or asks for secrets is about it. */
export function View(props: { node: Node; now: number; own: boolean }) {
  const { node, now, own } = props;
  const operator = isOperator(node);
  return (
    <div class="cards">
      {isClient(node) && <Path node={node} />}
      {operator && <Overview node={node} />}
      <div class="column">
        <Traffic node={node} />
        {operator && <Relaying node={node} />}
        <CountryMap node={node} />
        <Peers of={node.peers} />
        <LimitsCard node={node} />
      </div>
      <div class="column">
        <ExitCard node={node} />
        <Happened of={node.happened} now={now} />
        <RegisteredCard node={node} />
        <DirectoryCard node={node} />
        {own && isClient(node) && <UseIt node={node} />}
        {own && isClient(node) && <AddInvite />}
        {own && operator && <InviteCard />}
      </div>
    </div>
  );
}
