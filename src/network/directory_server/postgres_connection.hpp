// A connection to PostgreSQL whose calls all have a deadline. libpq's own calls wait for ever when the server
// or its disk hangs. Private to the store.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <libpq-fe.h>

#include "foundation/base/result.hpp"

namespace qnet::directory {

struct PostgresLimits {
  /// For each address that the URL's host has.
  static constexpr std::chrono::seconds connect{5};
  /// By the server's own clock: a slow statement ends with an error that says so.
  static constexpr std::chrono::seconds statement{5};
  /// Until the server must have answered. A little more, so that its own error comes first.
  static constexpr std::chrono::seconds answer{6};
  /// For setting the table up, or making an index of a large one.
  static constexpr std::chrono::seconds set_up{60};
};

class PostgresConnection {
 public:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Rows = std::unique_ptr<PGresult, Finish>;

  explicit PostgresConnection(std::string url) : url_(std::move(url)) {}

  [[nodiscard]] bool open() const { return connection_ != nullptr; }
  /// Errors: store_lost, in the server's own words.
  [[nodiscard]] base::Result<void> connect();
  /// One statement; several when there are no parameters. After any error (store_lost) the connection is
  /// closed.
  [[nodiscard]] base::Result<Rows> query(const char* sql, const std::vector<std::string>& parameters,
                                         std::chrono::seconds longest_wait = PostgresLimits::answer);

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  [[nodiscard]] bool send(const char* sql, const std::vector<std::string>& parameters);
  [[nodiscard]] base::Result<void> flush(Deadline deadline);
  /// Null after the last.
  [[nodiscard]] base::Result<Rows> next_result(Deadline deadline);
  [[nodiscard]] base::Result<void> wait(short events, Deadline deadline);
  [[nodiscard]] base::Error words_of_connection() const;

  std::string url_;
  std::unique_ptr<PGconn, Finish> connection_;
};

/// What is wrong with a URL, without any part of it: it may hold a password, which libpq's message would
/// repeat.
[[nodiscard]] base::Result<void> check_postgres_url(const std::string& url);

}  // namespace qnet::directory
