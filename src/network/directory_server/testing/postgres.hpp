// A PostgreSQL server for one test program: in a temporary folder, behind a Unix socket there.
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
  /// At once, as in a power failure: connections break.
  void stop();
  /// As a machine whose disk hangs: connections stay, and nothing is answered.
  void freeze();
  void thaw();
  /// Stops in good order and starts again with transaction numbers of this epoch. Those of a higher epoch are
  /// all higher. So does another server look on which a copy was restored.
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
