(function () {
  "use strict";

  var table = document.getElementById("agent_case_results");
  var toolbar = document.getElementById("toolbar");
  var search = document.getElementById("search");
  var status = document.getElementById("status");
  var rows = Array.prototype.map.call(table.querySelectorAll(".agent_case_result_row"), readRow);
  var groups = Array.prototype.map.call(table.tBodies, readGroup);
  var sorted = document.createElement("tbody");
  var folded = new Set();
  var verdict = "";
  var current = -1;
  table.appendChild(sorted);

  function readRow(element) {
    var cell = element.querySelector(".case");
    var about = document.getElementById(cell.firstElementChild.getAttribute("href").slice(1));
    var titles = Array.prototype.map.call(element.querySelectorAll("[title]"), function (link) {
      return link.title;
    });
    cell.dataset.ms = element.dataset.ms;
    return {
      element: element,
      home: element.parentNode,
      category: element.parentNode.dataset.category,
      verdicts: element.dataset.v.split(" "),
      ms: Number(element.dataset.ms),
      text: [about ? about.textContent : cell.textContent, titles.join(" "), heads(element.parentNode)]
        .join(" ")
        .toLowerCase(),
    };
  }

  function heads(group) {
    var sub = group.querySelector(".case_subcategory");
    return group.dataset.category + " " + (sub ? sub.textContent : "");
  }

  function readGroup(body, index) {
    var name = body.dataset.category;
    var before = body.previousElementSibling;
    return {
      body: body,
      name: name,
      heads: Array.prototype.slice.call(body.querySelectorAll(".case_category_row, .case_subcategory_row")),
      first: index === 0 || !before.dataset || before.dataset.category !== name,
    };
  }

  function matches(row, words) {
    if (verdict && row.verdicts.indexOf(verdict) < 0) return false;
    return words.every(function (word) {
      return row.text.indexOf(word) >= 0;
    });
  }

  // Folding is about looking around: whoever filters wants to see what was found.
  function apply() {
    var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    var looking = verdict !== "" || words.length > 0;
    var byDuration = table.classList.contains("by_duration");
    var shown = 0;
    rows.forEach(function (row) {
      var found = matches(row, words);
      if (found) ++shown;
      row.element.hidden = !found || (!looking && !byDuration && folded.has(row.category));
    });
    groups.forEach(function (group) {
      var empty = byDuration || !group.body.querySelector(".agent_case_result_row:not([hidden])");
      group.heads.forEach(function (head, index) {
        var stays = group.first && index === 0 && !looking && !byDuration;
        head.hidden = empty && !stays;
      });
    });
    status.textContent = shown + " of " + rows.length + " cases";
    setCurrent(-1);
  }

  function setCurrent(index) {
    if (rows[current]) rows[current].element.classList.remove("current");
    current = index;
    if (!rows[index]) return;
    var element = rows[index].element;
    element.classList.add("current");
    element.scrollIntoView({ block: "center" });
    var link = element.querySelector("td:not(.case) a") || element.querySelector("a");
    link.focus({ preventScroll: true });
  }

  function goToFailure(step) {
    var failures = Array.prototype.filter.call(table.querySelectorAll(".agent_case_result_row:not([hidden])"), function (element) {
      return /\b(fail|closing)\b/.test(element.dataset.v);
    });
    if (failures.length === 0) return;
    var at = rows[current] ? failures.indexOf(rows[current].element) : step > 0 ? -1 : 0;
    var next = failures[(at + step + failures.length) % failures.length];
    setCurrent(rows.findIndex(function (row) {
      return row.element === next;
    }));
  }

  function press(button, on) {
    button.setAttribute("aria-pressed", String(on));
  }

  function addFilters() {
    var buttons = document.querySelectorAll("#filters button");
    buttons.forEach(function (button) {
      var word = button.dataset.filter;
      if (word) {
        var count = rows.filter(function (row) {
          return row.verdicts.indexOf(word) >= 0;
        }).length;
        button.querySelector(".count").textContent = count;
        button.hidden = count === 0;
      }
      button.addEventListener("click", function () {
        verdict = verdict === word ? "" : word;
        buttons.forEach(function (other) {
          press(other, other.dataset.filter === verdict);
        });
        apply();
      });
    });
  }

  function addFolding() {
    var all = document.getElementById("fold");
    var buttons = groups.filter(function (group) {
      return group.first;
    }).map(function (group) {
      var cell = group.body.querySelector(".case_category");
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = cell.textContent;
      cell.replaceChildren(button);
      button.addEventListener("click", function () {
        fold(group.name, !folded.has(group.name));
        apply();
      });
      return { name: group.name, button: button };
    });
    function fold(name, on) {
      if (on) folded.add(name);
      else folded.delete(name);
      buttons.forEach(function (entry) {
        entry.button.setAttribute("aria-expanded", String(!folded.has(entry.name)));
      });
      press(all, folded.size === buttons.length);
    }
    all.addEventListener("click", function () {
      var on = folded.size < buttons.length;
      buttons.forEach(function (entry) {
        fold(entry.name, on);
      });
      apply();
    });
    buttons.forEach(function (entry) {
      entry.button.setAttribute("aria-expanded", "true");
    });
  }

  function addSorting() {
    var button = document.getElementById("sort");
    button.addEventListener("click", function () {
      var on = table.classList.toggle("by_duration");
      press(button, on);
      var order = on ? rows.slice().sort(function (a, b) {
        return b.ms - a.ms;
      }) : rows;
      order.forEach(function (row) {
        (on ? sorted : row.home).appendChild(row.element);
      });
      apply();
    });
  }

  function addKeys() {
    document.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target === search) {
        if (event.key !== "Escape") return;
        search.value = "";
        search.blur();
        apply();
      } else if (event.key === "/") {
        event.preventDefault();
        search.focus();
      } else if (event.key === "n" || event.key === "p") {
        goToFailure(event.key === "n" ? 1 : -1);
      }
    });
  }

  function column(link) {
    var at = 0;
    for (var cell = link.closest("td").previousElementSibling; cell; cell = cell.previousElementSibling) at += cell.colSpan;
    return at;
  }

  // The page of a failure leads here, since it does not know what else has failed.
  function followFailureLink() {
    var asked = /^#failure-(before|after):(.+)$/.exec(location.hash);
    var here = asked && table.querySelector('a[href="' + CSS.escape(asked[2]) + '"]');
    if (!here) return;
    var failures = Array.prototype.filter.call(table.querySelectorAll("a[data-failure]"), function (link) {
      return link === here || column(link) === column(here);
    });
    var next = failures[failures.indexOf(here) + (asked[1] === "after" ? 1 : -1)];
    if (next) {
      location.replace(next.href);
    } else {
      setCurrent(rows.findIndex(function (row) {
        return row.element.contains(here);
      }));
    }
  }

  function measure() {
    document.documentElement.style.setProperty("--bar-height", toolbar.offsetHeight + "px");
  }

  addFilters();
  addFolding();
  addSorting();
  addKeys();
  search.addEventListener("input", apply);
  addEventListener("resize", measure);
  measure();
  followFailureLink();
  addEventListener("hashchange", followFailureLink);
})();

// Shows or hides the close codes; pages and people know it by this name.
var closeCodesHidden = false;
function toggleClose() {
  closeCodesHidden = !closeCodesHidden;
  var width = closeCodesHidden ? 1 : 2;
  var table = document.getElementById("agent_case_results");
  var agents = document.querySelectorAll("tr.case_category_row")[0];
  var count = agents ? agents.querySelectorAll(".agent").length : 0;
  table.querySelectorAll(".close_hide").forEach(function (cell) {
    cell.style.display = closeCodesHidden ? "none" : "table-cell";
  });
  table.querySelectorAll(".close_flex").forEach(function (cell) {
    cell.colSpan = width;
  });
  table.querySelectorAll(".case_subcategory").forEach(function (cell) {
    cell.colSpan = count * width + 1;
  });
  document.querySelector("#toggle_button button").setAttribute("aria-pressed", String(!closeCodesHidden));
}
