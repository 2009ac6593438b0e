// Writes moments in the reader's own zone and way. Without it they stand there in UTC.
"use strict";
(() => {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time.moment")) {
    time.textContent = format.format(new Date(time.dateTime));
    time.title = time.dateTime;
  }
})();
