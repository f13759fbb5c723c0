#include "template_commands.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

#include <fmt/core.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "error.hpp"
#include "foundation/crypto/system_random.hpp"
#include "node/process.hpp"
#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/derive_template.hpp"
#include "protocol/client_hello/hello_capture.hpp"
#include "protocol/client_hello/template_text.hpp"
#include "protocol/client_hello/template_toml.hpp"
#include "template_names.hpp"

namespace qnet::cli {

namespace {

using base::Result;
using Hellos = std::vector<base::Bytes>;

Result<Hellos> read_hellos(const std::vector<std::string>& files) {
  if (files.empty())
    return base::fail(Errc::missing, "--from needs the names of files with one ClientHello record each");
  Hellos hellos;
  for (const auto& name : files) {
    std::ifstream file(name, std::ios::binary);
    base::Bytes bytes(client_hello::ClientHelloLimits::record + 1);
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (file.gcount() == 0) return base::fail(Errc::bad_value, name + " cannot be read, or is empty");
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    hellos.push_back(std::move(bytes));
  }
  return hellos;
}

/// What is said goes to standard error: the template alone is the output.
Result<Hellos> listen_for_hellos(const Settings& settings) {
  boost::asio::io_context io;
  const net::tcp::endpoint at(boost::asio::ip::address_v4::loopback(), settings.capture_port);
  auto acceptor = net::listen(io, at);
  if (!acceptor) return tl::unexpected(node::explain_listen_error(acceptor.error(), at, "--port"));
  fmt::print(
      stderr,
      "Open https://localhost:{}/ in the browser, and again until {} connections were counted here.\nThe "
      "browser "
      "will say that the connection failed: each is closed when its first message has come. A fresh\nprofile "
      "gives the cleanest result. Ctrl-C ends sooner.\n",
      at.port(), settings.capture_count);
  const auto capture = std::make_shared<client_hello::HelloCapture>(
      std::move(*acceptor), settings.capture_count,
      [&](std::size_t taken) { fmt::print(stderr, "{} of {}\n", taken, settings.capture_count); });
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([capture](const boost::system::error_code& error, int) {
    if (!error) capture->stop();
  });
  boost::asio::co_spawn(
      io, [capture] { return capture->run(); }, [&io](const std::exception_ptr&) { io.stop(); });
  io.run();
  if (capture->hellos().empty()) return base::fail(Errc::missing, "no ClientHello came");
  return capture->hellos();
}

}  // namespace

Result<void> list_templates() {
  for (const auto& browser : client_hello::builtin_templates())
    fmt::print("{:<24} {:<32} weight {}{}\n", browser.name, browser.title, browser.weight,
               browser.weight == 0 ? ", only when asked for" : "");
  return {};
}

Result<void> show_template(const Settings& settings) {
  if (settings.words.size() != 1)
    return base::fail(Errc::missing, "say which template: " + known_templates());
  auto browser = find_or_read_template(settings.words.front());
  if (!browser) return base::forward_error(browser);
  crypto::SystemRandom random;
  fmt::print("{}", settings.toml ? client_hello::to_toml(*browser)
                                 : client_hello::describe_template(*browser, random));
  return {};
}

Result<void> capture_template(const Settings& settings) {
  if (!settings.from && !settings.words.empty())
    return base::fail(Errc::bad_value, "\"" + settings.words.front() + "\" is a file: put --from before it");
  auto hellos = settings.from ? read_hellos(settings.words) : listen_for_hellos(settings);
  if (!hellos) return base::forward_error(hellos);
  client_hello::Template label;
  label.name = label.title = settings.template_name;
  label.client_flight.first_application_record = settings.first_record;
  auto derived = client_hello::derive_template(*hellos, label);
  if (!derived) return base::forward_error(derived);
  derived->notes.insert(derived->notes.begin(),
                        fmt::format("Made by qnet template capture from {} ClientHello{}.", hellos->size(),
                                    hellos->size() == 1 ? "" : "s"));
  fmt::print("{}", client_hello::to_toml(derived->browser, derived->notes));
  return {};
}

}  // namespace qnet::cli
