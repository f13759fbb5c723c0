// How programs use the proxy.
import type { Node, Proxy } from "@qnet/api";
import { useState } from "preact/hooks";
import { Card } from "../ui/card";
import { Copyable } from "../ui/copy";
import { api, useDoing } from "../ui/doing";
import { useSpeech } from "../ui/language";
import { OutcomeNote } from "../ui/outcome";

export function UseIt(props: { node: Node }) {
  const { t } = useSpeech();
  const { run } = useDoing();
  const [proxy, setProxy] = useState<Proxy | null>(null);
  const address = props.node.socks_addr;
  if (address === null) return null;
  const isFile = address.startsWith("unix:");
  const show = () => run("proxy", async () => setProxy(await api.proxy()));
  return (
    <Card title={t("page.use_it")}>
      <p class="lead">{t(isFile ? "page.use_it_file" : "page.use_it_how")}</p>
      <dl class="facts stacked">
        <div>
          <dt>{t("page.proxy_address")}</dt>
          <dd>
            <Copyable text={address} label={t("page.proxy_address")} />
          </dd>
        </div>
        {!isFile && (
          <div>
            <dt>{t("page.pac")}</dt>
            <dd>
              <Copyable text={`${location.origin}/proxy.pac`} label={t("page.pac")} />
            </dd>
          </div>
        )}
        {props.node.socks_password && (
          <div>
            <dt>{t("page.password")}</dt>
            <dd>
              {proxy?.password ? (
                <>
                  <Copyable text={proxy.user ?? ""} label={t("page.user")} />
                  <Copyable text={proxy.password} label={t("page.password")} />
                </>
              ) : (
                <button type="button" class="secondary small" onClick={show}>
                  {t("page.show_password")}
                </button>
              )}
            </dd>
          </div>
        )}
      </dl>
      <OutcomeNote of={["proxy"]} />
    </Card>
  );
}
