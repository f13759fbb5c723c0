// Proxy settings in made folders, and what is said of them.
#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <map>

#include "doctor/judge_proxies.hpp"
#include "doctor/run_program.hpp"

namespace qnet::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Folder : public ::testing::Test {
 protected:
  Folder() {
    auto name = (fs::temp_directory_path() / "qnet-doctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no temporary folder";
    folder_ = name;
  }
  ~Folder() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void write(const fs::path& file, std::string_view text) const {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }
  void write_program(const fs::path& file, std::string_view text) const {
    write(file, text);
    ::chmod((folder_ / file).c_str(), 0700);
  }
  fs::path folder_;
};
using Proxies = Folder;

Environment with(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

std::string told(const ProxySetting& setting) {
  return setting.scheme + " " +
         (setting.scheme == "pac" ? setting.url : setting.host + " " + std::to_string(setting.port)) +
         (setting.looks_up_names ? " names" : "");
}

std::vector<std::string> told(const ProxySettings& settings) {
  std::vector<std::string> all;
  for (const auto& setting : settings) all.push_back(told(setting));
  return all;
}

TEST(ParseProxy, reads_what_people_write) {
  const auto parse = [](std::string_view text) {
    const auto setting = parse_proxy(text, "here");
    return setting ? told(*setting) : std::string();
  };
  EXPECT_EQ(parse("socks5h://127.0.0.1:1088"), "socks5h 127.0.0.1 1088");
  EXPECT_EQ(parse("SOCKS5://[::1]:1088/"), "socks5 ::1 1088");
  EXPECT_EQ(parse("127.0.0.1:1088"), "http 127.0.0.1 1088");
  EXPECT_EQ(parse("http://me:pass:word@proxy.example:3128/"), "http proxy.example 3128");
  EXPECT_EQ(parse("socks://127.0.0.1 1088"), "socks 127.0.0.1 1088");
  EXPECT_EQ(parse("socks5://localhost"), "socks5 localhost 1080");
  EXPECT_EQ(parse(""), "");
  EXPECT_EQ(parse("http://"), "");
  EXPECT_EQ(parse("host:notaport"), "");
  EXPECT_EQ(parse("host:99999"), "");
}

TEST(EnvironmentProxies, are_those_that_curl_reads) {
  const auto found = environment_proxies(
      with({{"ALL_PROXY", "socks5://127.0.0.1:1088"}, {"https_proxy", "h:1"}, {"HTTP_PROXY", "ignored:1"}}));
  EXPECT_THAT(told(found), ElementsAre("http h 1", "socks5 127.0.0.1 1088 names"));
  EXPECT_THAT(environment_proxies(with({{"all_proxy", ""}})), IsEmpty());
}

TEST(KdeProxies, count_as_their_type_says) {
  const std::string text =
      "[Other]\nProxyType=2\n[Proxy Settings]\nProxy Config Script=http://p/x.pac\nProxyType=";
  const std::string servers = "\nhttpProxy=http://127.0.0.1 3128\nsocksProxy=socks://127.0.0.1 1088\n";
  EXPECT_THAT(told(kde_proxies(text + "1" + servers, "kde")),
              ElementsAre("http 127.0.0.1 3128", "socks 127.0.0.1 1088"));
  EXPECT_THAT(told(kde_proxies(text + "2" + servers, "kde")), ElementsAre("pac http://p/x.pac"));
  EXPECT_THAT(kde_proxies(text + "0" + servers, "kde"), IsEmpty());
  EXPECT_THAT(kde_proxies("", "kde"), IsEmpty());
}

TEST_F(Proxies, of_firefox_are_read_with_what_user_js_replaces) {
  write(".mozilla/firefox/a.default/prefs.js",
        "// user_pref(\"network.proxy.type\", 5);\n"
        "user_pref(\"network.proxy.socks\", \"127.0.0.1\");\nuser_pref(\"network.proxy.socks_port\", 9050);\n"
        "user_pref(\"network.proxy.type\", 1);\n");
  write(".mozilla/firefox/a.default/user.js", "user_pref(\"network.proxy.socks_port\", 1088);\n");
  write(".mozilla/firefox/b/prefs.js",
        "user_pref(\"network.proxy.type\", 2);\n"
        "user_pref(\"network.proxy.autoconfig_url\", \"http://127.0.0.1:8088/proxy.pac\");\n");
  write(".mozilla/firefox/c/prefs.js", "user_pref(\"network.proxy.socks\", \"127.0.0.1\");\n");
  EXPECT_THAT(told(firefox_proxies(folder_)),
              ElementsAre("socks 127.0.0.1 1088", "pac http://127.0.0.1:8088/proxy.pac"));
}

TEST_F(Proxies, of_an_old_firefox_tell_names_unless_it_was_told_not_to) {
  const std::string uses =
      "user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.socks\", \"127.0.0.1\");\n"
      "user_pref(\"network.proxy.socks_port\", 1088);\n";
  write(".mozilla/firefox/a/prefs.js", uses);
  write(".mozilla/firefox/a/compatibility.ini", "[Compatibility]\nLastVersion=115.9.0_2024/x\n");
  write(".mozilla/firefox/b/prefs.js", uses + "user_pref(\"network.proxy.socks_remote_dns\", true);\n");
  write(".mozilla/firefox/b/compatibility.ini", "[Compatibility]\nLastVersion=115.9.0_2024/x\n");
  write(".mozilla/firefox/c/prefs.js", uses + "user_pref(\"network.proxy.socks5_remote_dns\", false);\n");
  EXPECT_THAT(
      told(firefox_proxies(folder_)),
      ElementsAre("socks 127.0.0.1 1088 names", "socks 127.0.0.1 1088", "socks 127.0.0.1 1088 names"));
}

TEST_F(Proxies, of_chromium_are_in_policies_and_flags) {
  write("etc/chromium/policies/managed/a.json",
        R"({"ProxyMode": "fixed_servers", "ProxyServer": "socks5://127.0.0.1:1088",})");
  write("etc/chromium/policies/managed/b.json",
        R"({"ProxySettings": {"ProxyMode": "pac_script", "ProxyPacUrl": "http://p/"}})");
  write("etc/chromium/policies/managed/c.json", "{ damaged");
  write("etc/chromium/policies/recommended/d.json", R"({"ProxyMode": "direct", "ProxyServer": "x:1"})");
  write("etc/chromium.d/flags",
        "# --proxy-server=no:1\nexport FLAGS=\"$FLAGS --proxy-server=http=h:1;https=s:2\"\n");
  write("home/.config/chromium-flags.conf", "--proxy-pac-url=http://127.0.0.1:8088/proxy.pac\n");
  EXPECT_THAT(told(chromium_proxies(folder_, folder_ / "home")),
              ElementsAre("socks5 127.0.0.1 1088", "pac http://p/", "http h 1", "http s 2",
                          "pac http://127.0.0.1:8088/proxy.pac"));
}

TEST_F(Proxies, of_gnome_are_what_gsettings_says) {
  write_program("gsettings",
                "#!/bin/sh\ncase \"$2 $3\" in\n*'proxy mode') echo \"'manual'\";;\n"
                "*'socks host') echo \"'127.0.0.1'\";;\n*'socks port') echo 1088;;\n"
                "*host) echo \"''\";;\n*port) echo 0;;\nesac\n");
  EXPECT_THAT(told(gnome_proxies(with({{"PATH", folder_.string()}}))), ElementsAre("socks 127.0.0.1 1088"));
  EXPECT_THAT(gnome_proxies(with({{"PATH", "/nowhere"}})), IsEmpty());
}

TEST_F(Proxies, are_not_waited_for_when_a_program_does_not_end) {
  write_program("gsettings", "#!/bin/sh\nexec sleep 600\n");
  EXPECT_FALSE(run_program({"gsettings"}, with({{"PATH", folder_.string()}})));
  write_program("quiet", "#!/bin/sh\nexec >&-\nexec sleep 600\n");
  EXPECT_FALSE(run_program({"quiet"}, with({{"PATH", folder_.string()}})));
  write_program("fails", "#!/bin/sh\necho x\nexit 1\n");
  EXPECT_FALSE(run_program({"fails"}, with({{"PATH", folder_.string()}})));
}

class Judge : public ::testing::Test {
 protected:
  [[nodiscard]] std::string code(std::string_view proxy) const {
    auto setting = parse_proxy(proxy, "here");
    if (!setting) return {};
    setting->looks_up_names = setting->scheme == "socks5";
    return std::string(to_text(judge_proxy(*setting, facts).level)) + " " + judge_proxy(*setting, facts).code;
  }
  [[nodiscard]] std::string of_pac(std::string url) const {
    return judge_proxy({"here", "pac", {}, 0, std::move(url)}, facts).code;
  }
  ProxyFacts facts{"127.0.0.1", 1088, 8088, true, [](std::uint16_t port) { return port == 3128; }};
};

TEST_F(Judge, says_what_leads_to_qnet) {
  EXPECT_EQ(code("socks5h://127.0.0.1:1088"), "ok proxy_is_qnet");
  EXPECT_EQ(code("localhost:1088"), "ok proxy_is_qnet");
  EXPECT_EQ(of_pac("http://localhost:8088/proxy.pac"), "proxy_is_qnet");
}

TEST_F(Judge, says_what_tells_names_around_qnet) {
  EXPECT_EQ(code("socks5://127.0.0.1:1088"), "problem proxy_tells_names");
}

TEST_F(Judge, says_what_waits_for_a_qnet_that_does_not_run) {
  facts.runs = false;
  EXPECT_EQ(code("127.0.0.1:1088"), "problem proxy_waits_for_qnet");
  EXPECT_EQ(of_pac("http://127.0.0.1:8088/proxy.pac"), "proxy_waits_for_qnet");
}

TEST_F(Judge, says_what_leads_to_nothing_or_to_another) {
  EXPECT_EQ(code("127.0.0.1:9050"), "problem proxy_is_gone");
  EXPECT_EQ(code("127.0.0.1:3128"), "warning proxy_is_another");
  EXPECT_EQ(code("proxy.example:3128"), "warning proxy_is_another");
  EXPECT_EQ(of_pac("http://127.0.0.1:9/x.pac"), "proxy_is_gone");
  EXPECT_EQ(of_pac("file:///etc/x.pac"), "proxy_is_another");
}

}  // namespace
}  // namespace qnet::cli
