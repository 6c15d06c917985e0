/** The pages' only style sheet, inlined. */
export const STYLE = `
:root{--ground:#f5f6f4;--card:#fff;--ink:#1d2421;--soft:#5a655f;--line:#dfe4e0;--accent:#0b6e4f;--mark:#dcf3e6;--warn:#8a4b00;--warn-ground:#fdf0dc}
@media (prefers-color-scheme:dark){:root{--ground:#131715;--card:#1c2220;--ink:#e7ece9;--soft:#9aa7a0;--line:#303936;--accent:#6fd3a8;--mark:#173d2d;--warn:#f2c078;--warn-ground:#3a2a12}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
header{padding:.9rem 1.25rem;border-bottom:1px solid var(--line);background:var(--card)}
header span{color:var(--soft);margin-left:.5rem}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:1.6rem;line-height:1.2;margin:.25rem 0 1rem}
h2{font-size:1.05rem;margin:0 0 .75rem}
a{color:var(--accent)}
header a{text-decoration:none;color:inherit}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.soft{color:var(--soft)}
.grid{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));align-items:start}
.wide{display:grid;gap:1rem;grid-template-columns:minmax(0,2fr) minmax(16rem,1fr);align-items:start}
@media (max-width:56rem){.wide{grid-template-columns:minmax(0,1fr)}}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem 1.15rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{text-align:start;font-weight:600;color:var(--soft);font-size:.85rem}
th,td{padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
.number{text-align:end;font-variant-numeric:tabular-nums;white-space:nowrap}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem;margin:0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
form{display:flex;gap:.5rem;margin:0 0 1rem}
input{flex:1;min-width:0;max-width:24rem;font:inherit;padding:.5rem .7rem;border:1px solid var(--soft);border-radius:.4rem;background:var(--card);color:inherit}
button{font:inherit;padding:.5rem 1rem;border:0;border-radius:.4rem;background:var(--accent);color:var(--card);cursor:pointer}
ol{list-style:none;margin:0;padding:0}
ol>li{padding:.7rem 0;border-bottom:1px solid var(--line)}
ol>li:last-child{border-bottom:0;padding-bottom:0}
ul{margin:.35rem 0 0;padding:0;list-style:none}
mark{background:var(--mark);color:inherit;padding:.05rem .35rem;border-radius:.3rem}
s{color:var(--soft)}
.tag{display:inline-block;font-size:.8rem;padding:.05rem .5rem;border-radius:1rem;background:var(--warn-ground);color:var(--warn)}
.more{margin-top:1rem}
@media (max-width:30rem){
main{padding:1rem .75rem 3rem}
.card{padding:.8rem .9rem}
.scroll thead{position:absolute;clip-path:inset(50%)}
.scroll tr{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.55rem 0;border-bottom:1px solid var(--line)}
.scroll tr:last-child{border-bottom:0}
.scroll td{padding:0;border:0}
.scroll td:first-child{flex:0 0 100%}
.scroll [data-label]::before{content:attr(data-label) ' ';color:var(--soft)}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.4rem}
}
`.trim();
