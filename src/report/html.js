for (const head of document.querySelectorAll("th")) {
  head.firstChild.addEventListener("click", () => {
    const numbers = head.className === "number";
    // Numbers begin with the highest, words with A.
    const before = head.getAttribute("aria-sort");
    const rising = before ? before === "descending" : !numbers;
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", rising ? "ascending" : "descending");
    const body = head.closest("table").tBodies[0];
    const text = (row) => row.cells[head.cellIndex].textContent;
    const value = (row) => parseFloat(text(row).replace(/[<,]/g, ""));
    const rows = [...body.rows].sort((a, b) => {
      if (!numbers) return text(a).localeCompare(text(b)) * (rising ? 1 : -1);
      // Rows without a number stay below.
      if (isNaN(value(a)) || isNaN(value(b))) return isNaN(value(a)) - isNaN(value(b));
      return (value(a) - value(b)) * (rising ? 1 : -1);
    });
    body.append(...rows);
  });
}
