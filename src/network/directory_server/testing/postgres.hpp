// A PostgreSQL server of a test's own: in a temporary folder, behind a Unix socket there, stopped with the
// test.
#pragma once

#include <filesystem>
#include <string>

namespace qnet::directory::testing {

class Postgres {
 public:
  /// Throws std::runtime_error when there is none to start, with what to install.
  Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres();

  /// For open_postgres(). Each call makes an empty database of its own.
  [[nodiscard]] std::string new_database();
  void start();
  /// At once, as when the machine loses its power: connections break.
  void stop();
  /// As a machine whose disk hangs: connections stay, and nothing is answered.
  void freeze();
  void thaw();
  /// Stopped in good order and started again as another server would be that has counted other numbers of
  /// transactions: those of a higher epoch are all higher.
  void restart_in_epoch(unsigned epoch);
  /// In the database of a URL that new_database() gave.
  void execute(const std::string& url, const std::string& sql) const;

 private:
  void run(const std::string& command) const;
  void signal_all(int signal) const;

  std::filesystem::path programs_;
  std::filesystem::path folder_;
  int databases_ = 0;
};

/// One for all tests of a program.
inline Postgres& postgres_server() {
  static Postgres one;
  return one;
}

}  // namespace qnet::directory::testing
