#include "network/directory_server/testing/postgres.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace qnet::directory::testing {

namespace fs = std::filesystem;

namespace {

/// Debian keeps each version's programs in a folder of its own.
fs::path find_programs() {
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql"))
    if (fs::exists(version.path() / "bin" / "initdb")) return version.path() / "bin";
  throw std::runtime_error(
      "PostgreSQL is not installed; ./test.sh installs it (Debian: apt-get install postgresql)");
}

fs::path make_folder() {
  std::string name = (fs::temp_directory_path() / "qnet-postgres-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return name;
}

}  // namespace

Postgres::Postgres() : programs_(find_programs()), folder_(make_folder()) {
  // The server refuses to run as root.
  if (::geteuid() == 0 && std::system(("chown postgres " + folder_.string()).c_str()) != 0)  // NOLINT
    throw std::runtime_error("there is no user postgres");
  run("initdb -D " + (folder_ / "data").string() + " -U qnet -A trust --no-instructions -E UTF8");
  start();
}

Postgres::~Postgres() {
  try {
    thaw();
    stop();
  } catch (const std::exception&) {  // it was stopped by the test
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void Postgres::run(const std::string& command) const {
  const std::string as_other = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
  const auto log = (folder_ / "log").string();
  const auto line = "cd " + folder_.string() + " && " + as_other + programs_.string() + "/" + command +
                    " >>" + log + " 2>&1 </dev/null";
  if (std::system(line.c_str()) != 0)
    throw std::runtime_error("failed, see " + log + ": " + command);  // NOLINT
}

void Postgres::start() {
  run("pg_ctl -D " + (folder_ / "data").string() + " -w -l " + (folder_ / "server.log").string() +
      " -o \"-c listen_addresses='' -c unix_socket_directories=" + folder_.string() + "\" start");
}

void Postgres::stop() { run("pg_ctl -D " + (folder_ / "data").string() + " -w -m immediate stop"); }

void Postgres::freeze() { signal_all(SIGSTOP); }
void Postgres::thaw() { signal_all(SIGCONT); }

/// To the server's first process, which its file names, and to that one's children.
void Postgres::signal_all(int signal) const {
  pid_t first = 0;
  if (!(std::ifstream(folder_ / "data" / "postmaster.pid") >> first) || first <= 1) return;
  ::kill(first, signal);
  const auto children =
      fs::path("/proc") / std::to_string(first) / "task" / std::to_string(first) / "children";
  std::ifstream list(children);
  for (pid_t child = 0; list >> child;) ::kill(child, signal);
}

void Postgres::restart_in_epoch(unsigned epoch) {
  const auto data = (folder_ / "data").string();
  run("pg_ctl -D " + data + " -w -m fast stop");
  run("pg_resetwal -e " + std::to_string(epoch) + " -D " + data);
  start();
}

void Postgres::execute(const std::string& url, const std::string& sql) const {
  run("psql -v ON_ERROR_STOP=1 -d '" + url + "' -c \"" + sql + "\"");
}

std::string Postgres::new_database() {
  const auto name = "test" + std::to_string(++databases_);
  run("createdb -h " + folder_.string() + " -U qnet " + name);
  return "postgres://qnet@/" + name + "?host=" + folder_.string();
}

}  // namespace qnet::directory::testing
